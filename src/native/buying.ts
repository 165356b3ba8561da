/** Paying for what passes: each call opened before it is sent on, and told what fal answers to it. */
import { falError, statedUnits } from "../fal/error.ts";
import type { FalKey } from "../fal/keys.ts";
import { type Buyer, type End, endOf, type Purchase, type Purchases } from "../fal/purchase.ts";
import type { KeptResult } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";
import type { Body } from "./body.ts";

/** A call that is paid for, and the fal key whose turn it is; any, where there is none. */
export interface Bought {
  purchase: Purchase;
  key: FalKey | undefined;
}

/** Opens it and waits for its turn. Rejects with ApiError 402 before anything is sent. */
export async function buy(
  purchases: Purchases,
  buyer: Buyer,
  call: { id: string; body: Body; way: "queue" | "direct"; signal: AbortSignal },
): Promise<Bought> {
  const order = { endpoint: endpointOf(call.id), input: inputOf(call.body), way: call.way };
  const [purchase] = await purchases.open(buyer, [order]);
  const key = await purchase!.turn({ signal: call.signal });
  return { purchase: purchase!, key };
}

/** A stream of a model is priced as the model. */
export const endpointOf = (id: string) => id.replace(/\/stream$/, "");

/** What streams through is not read. */
function inputOf(body: Body): unknown {
  if (!(body instanceof Uint8Array)) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined; // fal says what is wrong with it.
  }
}

/** What fal is sent in that call; a failure to send it ends the purchase. */
export async function sent<T>({ purchase }: Bought, passing: Promise<T>): Promise<T> {
  try {
    return await passing;
  } catch (error) {
    const left = error instanceof DOMException && error.name === "AbortError";
    purchase.ended(left ? { state: "unknown" } : endOf(error));
    throw error;
  }
}

/** fal has answered that it does not do it. */
export function refusedBy({ status, headers }: Response): End {
  return { state: status < 500 ? "refused" : "failed", units: statedUnits(headers) };
}

/** The same requests: what is settled is told to its purchase, whoever has made it. */
export function paying(requests: Requests, purchases: Purchases): Requests {
  return {
    ...requests,
    async settle(requestId, result) {
      await requests.settle(requestId, result);
      await over(requestId, endOfResult(result));
    },
    async lose(requestId) {
      await requests.lose(requestId);
      await over(requestId, { state: "unknown" });
    },
  };

  async function over(requestId: string, end: End): Promise<void> {
    const request = await requests.find(requestId);
    if (request?.call) purchases.ended(request.call, end);
  }
}

function endOfResult({ status, headers, body }: KeptResult): End {
  const told = new Headers(headers);
  if (status < 400) return { state: "completed", units: statedUnits(told) };
  return endOf(falError(new Response(null, { status, headers: told }), body));
}
