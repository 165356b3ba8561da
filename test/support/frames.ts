/** A chat stream as a strict client reads it: `data:` lines only, each a chunk, a failure or the end. */

export interface Frames {
  /** Parsed, without the end. */
  chunks: Chunk[];
  comments: string[];
  /** `[DONE]` was the last frame. */
  done: boolean;
}

export interface Chunk {
  id?: string;
  object?: string;
  created?: number;
  model?: string;
  choices?: {
    index: number;
    delta: Record<string, unknown>;
    finish_reason: string | null;
    [key: string]: unknown;
  }[];
  usage?: Record<string, unknown> | null;
  error?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Throws where a line is neither data nor a comment of its own, and where anything follows the end. */
export function framesOf(text: string): Frames {
  const blocks = text.split("\n\n");
  if (blocks.pop() !== "") throw new Error(`the stream ends within a frame: ${text.slice(-80)}`);
  const comments = blocks.filter((block) => block.startsWith(":"));
  const said = blocks.filter((block) => !block.startsWith(":"));
  const lines = said.map((block) => {
    const [, data] = /^data: ([^\n]+)$/.exec(block) ?? [];
    if (data === undefined) throw new Error(`no data line: ${block}`);
    return data;
  });
  const end = lines.indexOf("[DONE]");
  if (end >= 0 && end !== lines.length - 1) throw new Error("something follows [DONE]");
  const chunks = lines.filter((line) => line !== "[DONE]").map((line) => JSON.parse(line) as Chunk);
  return { chunks, comments, done: end >= 0 };
}

/** What each chunk says, in short: the deltas with their finish reason, usage, or the error. */
export const said = ({ chunks }: Frames): Record<string, unknown>[] =>
  chunks.map(({ choices = [], usage, error }) => {
    if (error) return { error };
    if (choices.length === 0) return { usage };
    const [{ index, delta, finish_reason }] = choices as [NonNullable<Chunk["choices"]>[number]];
    return {
      ...(index === 0 ? {} : { index }),
      ...delta,
      ...(finish_reason === null ? {} : { finish_reason }),
    };
  });

/** All the text of one choice. */
export const textOf = ({ chunks }: Frames, index = 0) =>
  chunks
    .flatMap(({ choices = [] }) => choices)
    .filter((choice) => choice.index === index)
    .map(({ delta }) => (typeof delta.content === "string" ? delta.content : ""))
    .join("");
