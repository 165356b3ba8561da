/** What may be sent again, and when: the rule that keeps a generation from being paid twice. */
import { FalError } from "./error.ts";

export const ATTEMPTS = 4;

/**
 * A connection that never came about: nothing can have reached fal, so even a POST may be repeated.
 * Bun's fetch rejects with these codes.
 */
const NOT_CONNECTED = new Set([
  "ConnectionRefused",
  "FailedToOpenSocket",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "DNSException",
]);

export function neverConnected(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && NOT_CONNECTED.has(code);
}

/**
 * 429 and 503 say that a POST was not taken. 502 and 504 say so only when they come from the ingress
 * in front of fal, which gives no request id (Python client, `_is_ingress_error`): with an id it may
 * already be queued. A GET is repeated too, unless the answer is the model's own verdict.
 */
export function mayRepeat(error: FalError, method: string): boolean {
  const { status, retryable, requestId, type } = error;
  if (status === 429) return retryable !== false;
  if (status !== 502 && status !== 503 && status !== 504) return false;
  if (method === "GET") return type === undefined;
  return status === 503 ? retryable !== false : requestId === undefined;
}

/**
 * A failure that says nothing about the request it was asked about: no answer, an answer cut short,
 * or one from the ingress in front of fal, which names no request.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof FalError)) return true;
  const { status, requestId, type } = error;
  if (status === 0) return true;
  const ingress = requestId === undefined && type === undefined;
  return ingress && [429, 502, 503, 504].includes(status);
}

/** Milliseconds before attempt `n` (1 is the first repetition): doubling from 250, jittered by half. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(250 * 2 ** (attempt - 1), 4000) * (0.5 + random() / 2);
}
