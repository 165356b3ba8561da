/** A request in the queue, and the moments at which something about it changes. */
import type { Fields } from "./call.ts";
import { amount } from "./marker.ts";
import type { Outcome, Work } from "./work.ts";

export type State = "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED";

export interface Job extends Work {
  /** Let go once it is completed. */
  input: Fields;
  state: State;
  readonly priority: "normal" | "low";
  readonly submittedAt: number;
  /** Milliseconds it stays IN_QUEUE at least, and then runs. */
  readonly queueTime: number;
  readonly runTime: number;
  /** Past this, a request that did not start is given up. */
  readonly deadline?: number;
  startedAt?: number;
  finishedAt?: number;
  /** Known when the work is done, told when `runTime` is over. */
  pending?: Outcome;
  outcome?: Outcome;
  /** Characters of the outcome. */
  size?: number;
  forgetAt?: number;
  timer?: ReturnType<typeof setTimeout>;
  /** Told of every change at once. */
  readonly watchers: Set<() => void>;
  readonly webhook?: string;
}

/** One key's share of fal: each request stands in one. */
export interface Lane {
  running: number;
  /** Waited their time out, and want a slot; `low` stands behind everybody. */
  readonly ready: { readonly normal: Set<Job>; readonly low: Set<Job> };
  /** Every request IN_QUEUE, for fal_max_queue_length. */
  waiting: number;
  /** The most that waited and ran at any one time. */
  busiest: number;
  /** Where each one stands; recounted only when someone asks after the order changed. */
  positions?: Map<Job, number>;
  /** Set while a broadcast of changed positions is due. */
  news?: ReturnType<typeof setTimeout>;
}

export function finishOf(job: Job): number {
  return (job.startedAt ?? 0) + job.runTime;
}

/** When the log line with this index, of `count`, is written. */
export function logMoment(job: Job, index: number, count: number): number {
  return (job.startedAt ?? 0) + (job.runTime * (index + 1)) / (count + 1);
}

export function logCount(job: Job): number {
  return amount(job.marker.get("logs")) ?? 2;
}

export function markedPosition(job: Job): number | undefined {
  const from = amount(job.marker.get("position"));
  if (from === undefined) return undefined;
  const gone = (performance.now() - job.submittedAt + 1) / Math.max(1, job.queueTime);
  return Math.max(0, Math.ceil(from * (1 - gone)));
}

/** When something about a request changes next, as far as anybody looks on. */
export function nextMoment(job: Job, lane: Lane): number | undefined {
  const now = performance.now();
  const moments: number[] = [];
  if (job.state === "IN_QUEUE") {
    if (!lane.ready[job.priority].has(job)) moments.push(job.submittedAt + job.queueTime);
    if (job.deadline !== undefined) moments.push(job.deadline);
    const from = amount(job.marker.get("position")) ?? 0;
    for (let step = 1; step < from && job.watchers.size; step++) {
      const at = job.submittedAt + (job.queueTime * step) / from;
      if (at <= now) continue;
      moments.push(at);
      break;
    }
  }
  if (job.state === "IN_PROGRESS") {
    moments.push(finishOf(job));
    const count = logCount(job);
    for (let index = 0; index < count && job.watchers.size; index++) {
      const at = logMoment(job, index, count);
      if (at <= now) continue;
      moments.push(at);
      break;
    }
  }
  return moments.length ? Math.min(...moments) : undefined;
}
