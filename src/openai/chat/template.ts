/** Recognising, without parsing them, chunks that differ from the one before in their text alone. */
import type { ChatCompletionChunk } from "./answer.ts";

export interface Template {
  /** The text to write for whole events of the same form; undefined for anything else. */
  apply(events: string): string | undefined;
}

const CONTENT = '"content":"';
const BACKSLASH = 92;

/**
 * Learns from a chunk that has been parsed and found plain: what stands before its content, and what
 * follows. Later chunks with the same beginning and end, and neither a quote nor a final backslash
 * in between, are the same JSON with another text, so a whole batch of them is relayed by splitting
 * and joining. `rename` puts the client's name for the model into a beginning. Nothing where the
 * chunk does not show its content plainly, or names the model after it.
 */
export function learnTemplate(
  data: string,
  chunk: ChatCompletionChunk,
  rename: (text: string) => string,
): Template | undefined {
  const at = data.indexOf(CONTENT);
  if (at < 0 || data.indexOf(CONTENT, at + 1) >= 0) return undefined;
  const start = at + CONTENT.length;
  const written = JSON.stringify(chunk.choices![0]!.delta!.content).slice(1, -1);
  const tail = data.slice(start + written.length);
  if (!data.startsWith(written, start) || !tail.startsWith('"')) return undefined;
  if (rename(tail) !== tail) return undefined;

  const opening = `data: ${data.slice(0, start)}`;
  return new Known(opening, `${tail}\n\n`, rename(opening));
}

class Known implements Template {
  readonly #opening: string;
  readonly #closing: string;
  readonly #renamed: string;

  constructor(opening: string, closing: string, renamed: string) {
    this.#opening = opening;
    this.#closing = closing;
    this.#renamed = renamed;
  }

  apply(events: string): string | undefined {
    const opening = this.#opening;
    if (!events.startsWith(opening) || !events.endsWith(this.#closing)) return undefined;
    const pieces = events.slice(opening.length).split(opening);
    for (const piece of pieces) if (!this.#isPlain(piece)) return undefined;
    return this.#renamed === opening ? events : this.#renamed + pieces.join(this.#renamed);
  }

  #isPlain(piece: string): boolean {
    const end = piece.length - this.#closing.length;
    const whole = piece.indexOf('"') === end && piece.endsWith(this.#closing);
    // A bare line end within a text is no JSON: two data lines, to be judged by the parser.
    const oneLine = piece.indexOf("\n") === piece.length - 2;
    return whole && oneLine && piece.charCodeAt(end - 1) !== BACKSLASH;
  }
}
