/** The key under which a client repeats a call: what it may be, and what it may not be used for. */
import { ApiError, invalidRequest } from "../openai/error.ts";

/** How a client says that a request is the same as an earlier one. */
export interface Repetition {
  /** `x-stainless-retry-count` above 0: an SDK sends the same call again. */
  retry: boolean;
  idempotencyKey?: string | undefined;
  /** Digest of the request's body. */
  body: string;
}

/** Throws 400, naming the header, for a key that is no key. */
export function checkedKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const message = "'Idempotency-Key' must be 1 to 255 visible ASCII characters.";
  throw invalidRequest(message, "Idempotency-Key");
}

export function reusedKey(): ApiError {
  const message = "'Idempotency-Key' was used before with another request body.";
  return new ApiError(422, message, "invalid_request_error", {
    param: "Idempotency-Key",
    code: "idempotency_key_reused",
  });
}
