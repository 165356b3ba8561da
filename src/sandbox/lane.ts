/** One key's share of fal: how many run at once, and the order in which the others wait. */
import type { Job, Lane } from "./job.ts";

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
