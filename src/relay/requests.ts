/** What must be remembered of fal's requests: who submitted which, and what came of it. */

export interface FalRequest {
  requestId: string;
  /** The client key's id. Nobody else may see it. */
  owner: string;
  /** The full endpoint id that it was submitted to. */
  endpoint: string;
  /** What its request URLs stand under. */
  app: string;
  /** Digest of the fal key that submitted it: no other key can see it at fal. */
  falKey: string;
  /** Milliseconds. */
  createdAt: number;
  /** The client's own webhook, if it named one. */
  webhook?: string | undefined;
  result?: KeptResult | undefined;
}

/** A result as fal gave it, and the last status before it. */
export interface KeptResult {
  /** The COMPLETED status, as JSON. */
  statusBody: string;
  /** HTTP status of the result. */
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** Writing is prompt and happens behind the caller's back; reading sees what was just written. */
export interface Requests {
  remember(request: FalRequest): void | Promise<void>;
  find(requestId: string): FalRequest | undefined | Promise<FalRequest | undefined>;
  settle(requestId: string, result: KeptResult): void | Promise<void>;
  /** Unsettled ones submitted before `before` (ms), oldest first. */
  pending(before: number, limit: number): Promise<readonly FalRequest[]>;
}

/** For a gateway that keeps nothing beyond its own life. */
export function createMemoryRequests(most = 10_000): Requests {
  const known = new Map<string, FalRequest>();
  return {
    remember(request) {
      known.set(request.requestId, request);
      for (const oldest of known.keys()) {
        if (known.size <= most) return;
        known.delete(oldest);
      }
    },
    find: (requestId) => known.get(requestId),
    settle(requestId, result) {
      const request = known.get(requestId);
      if (request && !request.result) known.set(requestId, { ...request, result });
    },
    pending: async (before, limit) =>
      [...known.values()]
        .filter((request) => !request.result && request.createdAt < before)
        .slice(0, limit),
  };
}
