/** Whether a request is the same as an earlier one, by what the client says of it. */
import type { Repetition } from "../generation/idempotency.ts";
import { hash } from "../generation/plan.ts";

export function repetitionOf({ headers }: Request, body: unknown): Repetition {
  return {
    // OpenAI's SDKs send no idempotency key: their counter is the one sign of a repetition.
    retry: Number(headers.get("x-stainless-retry-count")) > 0,
    idempotencyKey: headers.get("idempotency-key") ?? undefined,
    body: hash(body),
  };
}
