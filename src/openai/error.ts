/** OpenAI's error: the one shape in which every `/v1` failure reaches a client. */

/**
 * The body of every failed `/v1` call. All four keys are always present: OpenAI's own schema
 * (`Error` in its OpenAPI document) requires them, and strict clients reject a body without.
 */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** What an error may carry besides its public words; none of it reaches a client except `headers`. */
export interface ErrorDetails {
  param?: string | null;
  code?: string | null;
  /** Response headers, for example `retry-after` or `x-should-retry`. */
  headers?: Record<string, string>;
  /** What really happened: for the log only. */
  cause?: unknown;
}

/** A failure with a public face. Throw it where the fault is known; `toResponse` is called once, at the edge. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Record<string, string>;

  constructor(
    readonly status: number,
    message: string,
    readonly type: string,
    details: ErrorDetails = {},
  ) {
    super(shortened(message), { cause: details.cause });
    this.param = details.param ?? null;
    this.code = details.code ?? null;
    this.headers = details.headers ?? {};
  }

  body(): ErrorBody {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** Longer words repeat what a client has said, and may be as long as its body. */
const LONGEST = 2_000;

const shortened = (message: string) =>
  message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message;

/** 400: a parameter is missing, of the wrong type or out of range. `param` names it as the client wrote it. */
export function invalidRequest(message: string, param: string | null, code = "invalid_value") {
  return new ApiError(400, message, "invalid_request_error", { param, code });
}

/** 404: no model of that name can be served. `nearest` are names the client may have meant. */
export function modelNotFound(model: string, nearest: readonly string[] = [], cause?: unknown) {
  const hint = nearest.length > 0 ? ` Did you mean ${nearest.join(", ")}?` : "";
  return new ApiError(
    404,
    `The model '${model}' does not exist or cannot be used here.${hint}`,
    "invalid_request_error",
    { param: "model", code: "model_not_found", cause },
  );
}
