/** One HTTP request as the emulated fal sees it. */

/** Which of fal's hosts a path prefix stands for. */
export type Host = "queue" | "run" | "rest" | "platform" | "media";

export interface Call {
  readonly request: Request;
  readonly method: string;
  readonly host: Host;
  /** Below the prefix, decoded, without a trailing slash: `/fal-ai/flux/dev`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parsed JSON, or the text when it is none. */
  readonly body: unknown;
  /** Only of uploads, which are not text. */
  readonly bytes?: Uint8Array;
  /** `http://127.0.0.1:4100`, as the caller wrote it: links that are handed out start with it. */
  readonly origin: string;
  /** Becomes `x-fal-request-id` of the answer. */
  readonly id: string;
}

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
