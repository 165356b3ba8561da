/** Who pays for what a request asks of fal, and what for. */
import { admitted } from "../accounts/principal.ts";
import type { Buyer } from "../fal/purchase.ts";
import { trace } from "../http/trace.ts";
import { routeOf } from "./route.ts";

/** `waits` is told how many come before it, if it has to wait for its turn. */
export function buyerOf(request: Request, model: string, waits?: (ahead: number) => void): Buyer {
  const { id: owner } = admitted(request);
  const traced = trace(request);
  return {
    ...{ owner, model, trace: traced.id, route: routeOf(request) },
    waits(ahead) {
      traced.queuePosition ??= ahead;
      waits?.(ahead);
    },
  };
}
