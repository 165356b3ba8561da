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
  /** fal does not know it any more, and its result was not kept in time. */
  lost?: boolean | undefined;
  /** Milliseconds: when its result was kept, or it was found lost. */
  settledAt?: number | undefined;
  /** Milliseconds: when the webhook was acknowledged, or given up. */
  deliveredAt?: number | undefined;
}

/** A settled request whose webhook has not been acknowledged. */
export type Undelivered = Pick<FalRequest, "requestId"> & { settledAt: number };

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
  /** The first outcome stays, whichever it is. */
  settle(requestId: string, result: KeptResult): void | Promise<void>;
  /** Settles it without a result. */
  lose(requestId: string): void | Promise<void>;
  /** Unsettled ones submitted before `before` (ms), oldest first. */
  pending(before: number, limit: number): Promise<readonly FalRequest[]>;
  /** Settled ones with a webhook that was neither acknowledged nor given up, oldest first. */
  undelivered(limit: number): Promise<readonly Undelivered[]>;
  /** The webhook was acknowledged, or is given up. */
  delivered(requestId: string): void | Promise<void>;
}

/** For a gateway that keeps nothing beyond its own life. */
export function createMemoryRequests(most = 10_000): Requests {
  const known = new Map<string, FalRequest>();

  function change(requestId: string, changes: Partial<FalRequest>) {
    const request = known.get(requestId);
    if (request) known.set(requestId, { ...request, ...changes });
  }

  function settle(requestId: string, outcome: Pick<FalRequest, "result" | "lost">) {
    if (known.get(requestId)?.settledAt !== undefined) return;
    change(requestId, { ...outcome, settledAt: Date.now() });
  }

  return {
    remember(request) {
      known.set(request.requestId, request);
      for (const oldest of known.keys()) {
        if (known.size <= most) return;
        known.delete(oldest);
      }
    },
    find: (requestId) => known.get(requestId),
    settle: (requestId, result) => settle(requestId, { result }),
    lose: (requestId) => settle(requestId, { lost: true }),
    pending: async (before, limit) =>
      [...known.values()]
        .filter(({ settledAt, createdAt }) => settledAt === undefined && createdAt < before)
        .slice(0, limit),
    undelivered: async (limit) =>
      [...known.values()]
        .filter(({ webhook, deliveredAt }) => webhook !== undefined && deliveredAt === undefined)
        .flatMap(({ requestId, settledAt }) =>
          settledAt === undefined ? [] : [{ requestId, settledAt }],
        )
        .slice(0, limit),
    delivered: (requestId) => change(requestId, { deliveredAt: Date.now() }),
  };
}

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
