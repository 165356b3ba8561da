/** One key's share of fal: how many run at once, and the order in which the others wait. */
import type { Job } from "./job.ts";

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

export function createLane(): Lane {
  return { running: 0, ready: { normal: new Set(), low: new Set() }, waiting: 0, busiest: 0 };
}

/** One more waits or runs. */
export function noteBusy(lane: Lane): void {
  lane.busiest = Math.max(lane.busiest, lane.waiting + lane.running);
}

export function* inOrder(lane: Lane): Generator<Job> {
  yield* lane.ready.normal;
  yield* lane.ready.low;
}

export function positionIn(lane: Lane, job: Job): number {
  if (lane.ready.normal.size + lane.ready.low.size === 0) return 0;
  lane.positions ??= new Map([...inOrder(lane)].map((each, index) => [each, index]));
  return lane.positions.get(job) ?? lane.positions.size;
}
