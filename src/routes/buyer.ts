/** Who pays for what a request asks of fal, and what for. */
import { admitted } from "../accounts/principal.ts";
import type { Buyer } from "../fal/purchase.ts";
import { trace } from "../http/trace.ts";

export function buyerOf(request: Request, model: string): Buyer {
  const { id: owner } = admitted(request);
  const traced = trace(request);
  return {
    ...{ owner, model, trace: traced.id, route: new URL(request.url).pathname },
    waits(ahead) {
      traced.queuePosition ??= ahead;
    },
  };
}
