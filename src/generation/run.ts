/** Carrying a plan out: its calls side by side, the next endpoint where fal has retired one. */
import { FalError } from "../fal/error.ts";
import type { Queue, Result, Status } from "../fal/queue.ts";
import type { Endpoint } from "../models/catalog.ts";
import { type Call, type CancelPolicy, startCall } from "./call.ts";
import type { Plan } from "./plan.ts";

export interface Settled {
  readonly endpoint: Endpoint;
  /** What each call was asked and what it gave, in order; calls that failed are left out. */
  readonly results: readonly { input: Record<string, unknown>; output: unknown }[];
  /** What was approximated, in words. */
  readonly adjusted: readonly string[];
  /** fal's billable units over all calls. */
  readonly units: number;
  readonly upstreamMs: number;
}

export interface Run {
  /** Settles once fal has taken every call, or refused one. */
  readonly accepted: Promise<void>;
  readonly settled: Promise<Settled>;
  /** The latest of every call. */
  progress(): readonly (Status | undefined)[];
  /** Resolves to true when anything was cancelled. */
  abandon(policy: CancelPolicy): Promise<boolean>;
}

/** Endpoints that fal does not know any more are passed over for an hour. */
const RETIRED_MS = 60 * 60_000;

export type Retired = Map<string, number>;

export interface RunOptions {
  queue: Queue;
  retired: Retired;
  changed: () => void;
  now?: () => number;
}

export function startRun(plan: Plan, { queue, retired, changed, now = Date.now }: RunOptions): Run {
  const started = performance.now();
  let calls: readonly Call[] = [];

  /** Starts the plan on the first endpoint that fal still has. */
  async function begin(): Promise<Endpoint> {
    const alive = plan.endpoints.filter(({ id }) => (retired.get(id) ?? 0) <= now());
    const candidates = alive.length > 0 ? alive : plan.endpoints;
    for (const [index, endpoint] of candidates.entries()) {
      const { calls: fitted } = plan.fit(endpoint);
      calls = fitted.map(({ input }) => startCall(queue, endpoint.id, input, changed));
      for (const { result } of calls) result.catch(() => {}); // Each is read below, in order.
      const taken = await Promise.allSettled(calls.map(({ accepted }) => accepted));
      const refused = taken.filter((outcome) => outcome.status === "rejected");
      if (refused.length === 0) return endpoint;
      const gone =
        refused.length === taken.length && refused.every(({ reason }) => unknown(reason));
      if (gone) retired.set(endpoint.id, now() + RETIRED_MS);
      const last = index === candidates.length - 1;
      // Where some calls were taken, they are paid for: what they make is delivered.
      if (refused.length < taken.length) return endpoint;
      if (!gone || last) throw refused[0]!.reason;
    }
    throw new FalError({ status: 404, message: `${plan.model} has no endpoint` });
  }

  const begun = begin();

  async function settle(): Promise<Settled> {
    const endpoint = await begun;
    const outcomes = await Promise.allSettled(calls.map(({ result }) => result));
    const { calls: fitted, adjusted } = plan.fit(endpoint);
    const results = outcomes.flatMap((outcome, index) =>
      outcome.status === "fulfilled"
        ? [{ input: fitted[index]!.input, output: outcome.value.output }]
        : [],
    );
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (results.length === 0 && failed) throw failed.reason;
    const units = outcomes.reduce((sum, outcome) => sum + billed(outcome), 0);
    return { endpoint, results, adjusted, units, upstreamMs: performance.now() - started };
  }

  /** One whole: where a call has started, the others belong to what is paid for already. */
  async function abandon(policy: CancelPolicy): Promise<boolean> {
    await begun;
    if (policy === "queued" && calls.some(({ started }) => started())) return false;
    const cancelled = await Promise.all(calls.map((call) => call.abandon(policy)));
    return cancelled.includes(true);
  }

  return {
    accepted: begun.then(() => {}),
    settled: settle(),
    progress: () => calls.map(({ status }) => status()),
    abandon,
  };
}

/** fal has no such application, or the application no such path. */
const unknown = (reason: unknown) => reason instanceof FalError && reason.status === 404;

function billed(outcome: PromiseSettledResult<Result>): number {
  if (outcome.status === "fulfilled") return outcome.value.units;
  return outcome.reason instanceof FalError ? outcome.reason.units : 0;
}
