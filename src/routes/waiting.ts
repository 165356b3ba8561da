/** What a request says of how it may be waited for. */
import { admitted } from "../accounts/principal.ts";
import type { Plan } from "../generation/plan.ts";
import type { Wait } from "../generation/generation.ts";
import type { Asked } from "../generation/generations.ts";
import { trace } from "../http/trace.ts";
import { buyerOf } from "./buyer.ts";
import { priorityOf } from "./priority.ts";
import { repetitionOf } from "./repetition.ts";

/** The request as `generations.begin` wants it. */
export function asked(request: Request, plan: Plan, body: unknown): Asked {
  return {
    owner: admitted(request).id,
    plan,
    by: { ...buyerOf(request, plan.model), ...priorityOf(request) },
    repetition: repetitionOf(request, body),
  };
}

/** From the request's arrival on, a client waits `seconds` at the longest. */
export function patience(request: Request, seconds: number): Wait {
  const waited = performance.now() - trace(request).started;
  return { signal: request.signal, patience: Math.max(seconds * 1000 - waited, 0) };
}
