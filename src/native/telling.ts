/** What is remembered of fal's requests, telling of its changes. */
import type { Requests } from "../store/requests.ts";

/** The same requests, telling of each one that has been settled. */
export function telling(requests: Requests, settled: (requestId: string) => void): Requests {
  return {
    ...requests,
    async settle(requestId, result) {
      await requests.settle(requestId, result);
      settled(requestId);
    },
    async lose(requestId) {
      await requests.lose(requestId);
      settled(requestId);
    },
  };
}
