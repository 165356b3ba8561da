/** A picture request in OpenAI's words, as every fit reads it. */
import type { ClientsWords } from "./clients-words.ts";

/** `null` is absent. Names as on the wire, because errors name them. */
export interface ImageRequest {
  readonly prompt: string;
  /** 1 to 10; 1 when absent. */
  readonly n?: number | null;
  /** `1024x1024`, `16:9`, `auto`, `2K`, or fal's own `landscape_16_9`. */
  readonly size?: string | null;
  readonly quality?: string | null;
  readonly background?: string | null;
  readonly output_format?: string | null;
  /** 0 to 100. */
  readonly output_compression?: number | null;
  readonly style?: string | null;
  readonly seed?: number | null;
  readonly negative_prompt?: string | null;
  /** Read and left alone: see `fit/image.ts`. */
  readonly moderation?: string | null;
  /** Whatever else the client sent: goes to the endpoint's fields of the same names. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What to send to the endpoint. */
export interface Fitted {
  /** The calls that together make the pictures asked for; `pictures` is what one call gives. */
  readonly calls: readonly { readonly input: Record<string, unknown>; readonly pictures: number }[];
  /** What had to be approximated or left out, a sentence each, for people. */
  readonly adjusted: readonly string[];
  /** For what fal may say of a field. */
  readonly words?: ClientsWords;
}

/** A part of an endpoint's input, and what was approximated in it. */
export interface Part {
  readonly input: Readonly<Record<string, unknown>>;
  readonly adjusted: readonly string[];
}

/** Nothing to send, nothing to say. */
export const NOTHING: Part = { input: {}, adjusted: [] };
