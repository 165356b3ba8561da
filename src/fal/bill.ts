/** What became of a request and what fal billed for it, asked of fal's queue afterwards. */
import { appOf } from "./endpoint.ts";
import { FalError, falError, FORGOTTEN, statedUnits } from "./error.ts";
import type { FalKeys } from "./keys.ts";
import type { Pass } from "./pass.ts";
import { type End, endOf } from "./purchase.ts";
import { isPassing } from "./retry.ts";

export interface Bought {
  readonly requestId: string;
  readonly endpoint: string;
  /** Id of the fal key that submitted it: no other can see it. */
  readonly falKey: string;
}

/** Nothing while the request is not over. Rejects with FalError where fal cannot be asked. */
export type Bill = (bought: Bought, signal?: AbortSignal) => Promise<End | undefined>;

export interface BillOptions {
  pass: Pass;
  keys: FalKeys;
  /** Base of fal's queue. */
  queueUrl: string;
}

export function createBill({ pass, keys, queueUrl }: BillOptions): Bill {
  const queue = queueUrl.replace(/\/+$/, "");
  const headers = { accept: "application/json", "accept-encoding": "identity" };

  return async ({ requestId, endpoint, falKey }, signal) => {
    const key = keys.byId(falKey);
    if (!key) return { state: "unknown" };
    const url = `${queue}/${appOf(endpoint)}/requests/${requestId}`;
    const ask = async (path: string) => {
      const asked = { method: "GET", url: url + path, headers, key };
      const { response } = await pass(signal ? { ...asked, signal } : asked);
      if (response.ok) return response;
      throw falError(response, await response.text(), key.name);
    };
    try {
      const { status } = (await (await ask("/status")).json()) as { status?: unknown };
      if (status !== "COMPLETED") return undefined;
      const result = await ask("");
      await result.body?.cancel();
      return { state: "completed", units: statedUnits(result.headers) };
    } catch (error) {
      if (!(error instanceof FalError) || isPassing(error)) throw error;
      if (error.errorType === FORGOTTEN) return { state: "unknown" };
      if (error.status === 401 || error.status === 403) throw error;
      return endOf(error);
    }
  };
}
