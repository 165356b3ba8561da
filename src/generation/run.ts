/** Carrying a plan out: its calls side by side, the next endpoint where fal has retired one. */
import { FalError } from "../fal/error.ts";
import { type Buyer, type Purchases, UNCOUNTED } from "../fal/purchase.ts";
import type { Queue, Result, Status } from "../fal/queue.ts";
import type { Streams } from "../fal/stream.ts";
import type { Endpoint } from "../models/catalog.ts";
import { limitsOf } from "../models/limits.ts";
import { type Call, type CancelPolicy, startCall } from "./call.ts";
import { startGrowingCall } from "./growing-call.ts";
import type { Plan } from "./plan.ts";
import { retold } from "./retold.ts";
import type { Settled } from "./settled.ts";

export interface Run {
  /** Settles once fal has taken every call, or refused one. */
  readonly accepted: Promise<void>;
  readonly settled: Promise<Settled>;
  /** The latest of every call. */
  progress(): readonly (Status | undefined)[];
  /** What a single growing call has given so far. */
  partials(): readonly unknown[];
  /** How many calls are before it in falgate's own line; absent where none of it waits there. */
  ahead?(): number | undefined;
  /** Ends it, if none of its calls has had its turn at fal yet: whether it did. */
  withdraw?(): boolean;
  /** Resolves to true when anything was cancelled. */
  abandon(policy: CancelPolicy): Promise<boolean>;
}

/** Endpoints that fal does not know any more are passed over for an hour. */
const RETIRED_MS = 60 * 60_000;

export type Retired = Map<string, number>;

export interface RunOptions {
  queue: Queue;
  streams: Streams;
  /** Where its calls are paid, and who pays. */
  purchases?: Purchases | undefined;
  buyer: Buyer;
  retired: Retired;
  changed: () => void;
  now?: () => number;
}

export function startRun(plan: Plan, options: RunOptions): Run {
  const { queue, streams, buyer, retired, changed, now = Date.now } = options;
  const { purchases = UNCOUNTED } = options;
  const started = performance.now();
  const accepted = Promise.withResolvers<void>();
  let calls: readonly Call[] = [];

  /** What fal still has, best first. When all of it seems retired, everything is tried again. */
  function candidates(): readonly Endpoint[] {
    const alive = plan.endpoints.filter(({ id }) => (retired.get(id) ?? 0) <= now());
    return alive.length > 0 ? alive : plan.endpoints;
  }

  /** Every call on one endpoint, to its end. */
  async function attempt(endpoint: Endpoint): Promise<PromiseSettledResult<Result>[]> {
    const { calls: fitted } = plan.fit(endpoint);
    const grows = plan.growing && fitted.length === 1 && limitsOf(endpoint.id).streams;
    const way = grows ? "direct" : "queue";
    const orders = fitted.map(({ input }) => ({ endpoint: endpoint.id, input, way }) as const);
    const opened = purchases.open(buyer, orders);
    const bought = opened instanceof Promise ? await opened : opened;
    calls = orders.map((order, index) =>
      grows
        ? startGrowingCall(streams, bought[index]!, order, changed)
        : startCall(queue, bought[index]!, { ...order, priority: buyer.priority }, changed),
    );
    const outcomes = Promise.allSettled(calls.map(({ result }) => result));
    const taken = await Promise.allSettled(calls.map((call) => call.accepted));
    // Where some calls were taken they are paid for, and what they make is delivered.
    if (taken.some(({ status }) => status === "fulfilled")) accepted.resolve();
    return outcomes;
  }

  async function settle(): Promise<Settled> {
    const endpoints = candidates();
    for (const [index, endpoint] of endpoints.entries()) {
      const outcomes = await attempt(endpoint);
      const failures = outcomes.filter((outcome) => outcome.status === "rejected");
      if (failures.length < outcomes.length) return settled(endpoint, outcomes);
      const gone = failures.every(({ reason }) => isGone(reason));
      if (gone) retired.set(endpoint.id, now() + RETIRED_MS);
      if (!gone || index === endpoints.length - 1)
        throw retold(failures[0]!.reason, plan.fit(endpoint).words);
    }
    throw new FalError({ status: 404, message: `${plan.model} has no endpoint` });
  }

  function settled(endpoint: Endpoint, outcomes: PromiseSettledResult<Result>[]): Settled {
    const { calls: fitted, adjusted: fit } = plan.fit(endpoint);
    const adjusted = [...fit, ...missing(fitted, outcomes)];
    const results = outcomes.flatMap((outcome, index) =>
      outcome.status === "fulfilled"
        ? [{ input: fitted[index]!.input, output: outcome.value.output }]
        : [],
    );
    const units = outcomes.reduce((sum, outcome) => sum + billed(outcome), 0);
    return { endpoint, results, adjusted, units, upstreamMs: performance.now() - started };
  }

  function ahead(): number | undefined {
    const places = calls.flatMap((call) =>
      call.waits() ? (call.status()?.queue_position ?? []) : [],
    );
    return places.length > 0 ? Math.max(...places) : undefined;
  }

  /** One whole here, too: what has had its turn may be paid for. */
  function withdraw(): boolean {
    const waiting = calls.length > 0 && calls.every((call) => call.waits());
    if (waiting) for (const call of calls) call.withdraw();
    return waiting;
  }

  /** One whole: where a call has started, the others belong to what is paid for already. */
  async function abandon(policy: CancelPolicy): Promise<boolean> {
    await accepted.promise;
    if (policy === "queued" && calls.some(({ started }) => started())) return false;
    const cancelled = await Promise.all(calls.map((call) => call.abandon(policy)));
    return cancelled.includes(true);
  }

  const outcome = settle();
  outcome.then(() => accepted.resolve(), accepted.reject);
  return {
    accepted: accepted.promise,
    settled: outcome,
    progress: () => calls.map(({ status }) => status()),
    partials: () => (calls.length === 1 ? calls[0]!.partials() : []),
    ahead,
    withdraw,
    abandon,
  };
}

/** fal has no such application (known at submission), or it no such path (known at the result). */
const isGone = (reason: unknown) =>
  reason instanceof FalError && reason.status === 404 && reason.units === 0;

/** In words, what of several calls was not made: the rest is delivered without it. */
function missing(
  calls: readonly { pictures: number }[],
  outcomes: readonly PromiseSettledResult<Result>[],
): string[] {
  const count = (which: typeof calls) => which.reduce((sum, { pictures }) => sum + pictures, 0);
  const failed = count(calls.filter((_, index) => outcomes[index]!.status === "rejected"));
  return failed === 0 ? [] : [`n ${count(calls)} became ${count(calls) - failed}: the rest failed`];
}

function billed(outcome: PromiseSettledResult<Result>): number {
  if (outcome.status === "fulfilled") return outcome.value.units;
  return outcome.reason instanceof FalError ? outcome.reason.units : 0;
}
