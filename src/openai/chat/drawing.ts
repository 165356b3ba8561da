/** A drawn picture or video as a chat answer: the contract's words, whole or in chunks. */
import type { WrittenChunk, WrittenCompletion, WrittenDelta, WrittenUsage } from "./written.ts";

export interface Drawn {
  kind: "image" | "video";
  urls: readonly string[];
  prompt: string;
  /** `16:9`; absent where nothing is known of it. */
  ratio?: string;
  /** The model's name as the client wrote it. */
  model: string;
}

export interface Envelope {
  id: string;
  /** Unix seconds. */
  created: number;
  model: string;
}

/** Pictures are not counted in tokens. */
const NO_TOKENS: WrittenUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** `Generated image with prompt: "…" and aspect ratio: 16:9 using …` (contract 2). */
export function sentence({ kind, prompt, ratio, model }: Drawn): string {
  const shape = ratio === undefined ? "" : ` and aspect ratio: ${ratio}`;
  return `Generated ${kind} with prompt: "${prompt}"${shape} using ${model}`;
}

/** Markdown that chat applications show: pictures inline, a video as a link that they embed or open. */
export function markdown({ kind, urls }: Drawn): string {
  const show = kind === "image" ? "![Generated Image]" : "[Generated Video]";
  return urls.map((url) => `${show}(${url})`).join("\n\n");
}

/**
 * The assistant's message. With `asImages` the pictures stand in `images`, in OpenRouter's form, and
 * not in the text: a client that reads both would show them twice.
 */
export function message(drawn: Drawn, asImages: boolean) {
  if (!asImages) return { content: `${sentence(drawn)}\n\n${markdown(drawn)}` };
  const images = drawn.urls.map((url, index) => ({
    type: "image_url" as const,
    image_url: { url },
    index,
  }));
  return { content: sentence(drawn), images };
}

export function drawnCompletion(
  envelope: Envelope,
  said: { content: string },
  finish: "stop" | "length" = "stop",
): WrittenCompletion {
  return {
    id: envelope.id,
    object: "chat.completion",
    created: envelope.created,
    model: envelope.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", ...said, refusal: null },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    usage: NO_TOKENS,
  };
}

/** Chunks of one choice, as the `data:` lines of a stream. */
export function createChunks({ id, created, model }: Envelope) {
  const write = (rest: Pick<WrittenChunk, "choices" | "usage">) =>
    `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created, model, ...rest })}\n\n`;
  const delta = (delta: WrittenDelta, finish_reason: "stop" | "length" | null = null) =>
    write({ choices: [{ index: 0, delta, finish_reason, logprobs: null }] });
  return {
    begin: () => delta({ role: "assistant", content: "", refusal: null }),
    delta,
    /** The finish reason, the usage if it was asked for, and nothing more. */
    end: (usage: boolean, finish: "stop" | "length" = "stop") =>
      delta({}, finish) + (usage ? write({ choices: [], usage: NO_TOKENS }) : "") + DONE,
    /** A failure in the middle: SDKs throw what the frame describes. */
    fail: (error: object) => `data: ${JSON.stringify(error)}\n\n${DONE}`,
  };
}

const DONE = "data: [DONE]\n\n";
