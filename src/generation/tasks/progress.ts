/** How far a task is: from its place in the queue, what its log says, and how long it has been. */
import type { Status } from "../../fal/queue.ts";
import { isOver, type Task, type TaskKind } from "../task.ts";

/** Milliseconds after which a stage of that kind is most likely more than half done. */
const USUAL: Readonly<Record<TaskKind, number>> = {
  image: 8_000,
  edit: 12_000,
  variation: 12_000,
  video: 75_000,
  frame: 4_000,
  speech: 6_000,
  transcription: 10_000,
};
const UPSAMPLING = 90_000;

/** What a call's statuses say, and no more: thousands of them are held. */
export interface Sight {
  /** Requests before it; absent once it has begun. */
  position?: number;
  /** Of this call, 0 to 100. */
  percent?: number;
}

/** The last percentage that the model's log mentions, as progress bars write it. */
/** By slot: what is known of each call that is open. */
export type Sights = Map<string, Sight>;

export function sightOf(status: Status, before: Sight = {}): Sight {
  if (status.status === "IN_QUEUE") return { position: status.queue_position ?? 0 };
  const found = (status.logs ?? []).map(({ message }) => /(\d{1,3})\s?%/.exec(message)?.[1]);
  const last = found.findLast((value) => value !== undefined);
  const percent = last === undefined ? before.percent : Math.min(Number(last), 100);
  return percent === undefined ? {} : { percent };
}

/** From and to which percentage a state leads. */
function spanOf({ state, upsample }: Pick<Task, "state" | "upsample">): readonly [number, number] {
  if (state === "queued") return [0, 1];
  if (state === "preparing") return [1, 5];
  if (state === "running") return [5, upsample ? 55 : 90];
  if (state === "upsampling") return [55, 90];
  return [90, 99];
}

/** The slowest of several calls is told. It does not know what was told before. */
export function progressOf(
  task: Pick<Task, "state" | "kind" | "upsample" | "updatedAt" | "progress">,
  sights: readonly Sight[],
  now: number,
): number {
  if (isOver(task)) return task.progress;
  const [from, to] = spanOf(task);
  const waits = sights.length === 0 || sights.some(({ position }) => position !== undefined);
  const queued = waits && task.state !== "keeping";
  const usual = task.state === "upsampling" ? UPSAMPLING : USUAL[task.kind];
  // It comes near the end, and never there.
  const passed = 1 - 0.5 ** (Math.max(0, now - task.updatedAt) / usual);
  // Waiting ends below `BEGUN`, and what has begun is there at once.
  const share = queued ? 0.05 * passed : 0.1 + 0.85 * passed;
  const percents = sights.map(({ percent = 0 }) => percent);
  const logged = percents.length > 0 ? Math.min(...percents) / 100 : 0;
  return Math.floor(from + (to - from) * Math.max(share, queued ? 0 : logged));
}
