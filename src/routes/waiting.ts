/** What a request says of how it may be waited for: retries, idempotency, patience. */
import { admitted } from "../accounts/principal.ts";
import { hash, type Plan } from "../generation/plan.ts";
import type { Wait } from "../generation/generation.ts";
import type { Asked } from "../generation/generations.ts";
import { trace } from "../http/trace.ts";
import { buyerOf } from "./buyer.ts";

/** The request as `generations.begin` wants it. */
export function asked(request: Request, plan: Plan, body: unknown): Asked {
  const { headers } = request;
  return {
    owner: admitted(request).id,
    plan,
    by: buyerOf(request, plan.model),
    repetition: {
      // OpenAI's SDKs send no idempotency key: their counter is the one sign of a repetition.
      retry: Number(headers.get("x-stainless-retry-count")) > 0,
      idempotencyKey: headers.get("idempotency-key") ?? undefined,
      body: hash(body),
    },
  };
}

/** From the request's arrival on, a client waits `seconds` at the longest. */
export function patience(request: Request, seconds: number): Wait {
  const waited = performance.now() - trace(request).started;
  return { signal: request.signal, patience: Math.max(seconds * 1000 - waited, 0) };
}
