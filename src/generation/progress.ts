/** What a waiting person likes to read: the place in the queue, how far it is, how long it has been. */
import type { Status } from "../fal/queue.ts";
import type { Generation } from "./generation.ts";

/** One line on where the calls are; the slowest of several is told. */
export function describe(statuses: readonly (Status | undefined)[], elapsedMs: number): string {
  const seconds = Math.round(elapsedMs / 1000);
  const since = seconds > 0 ? ` (${seconds} s)` : "";
  const queued = statuses.filter((status) => !status || status.status === "IN_QUEUE");
  if (queued.length > 0) {
    const ahead = Math.max(0, ...queued.map((status) => status?.queue_position ?? 0));
    return ahead > 0 ? `In the queue, ${ahead} ahead${since}` : `In the queue${since}`;
  }
  const percents = statuses.map(percent).filter((value) => value !== undefined);
  if (percents.length > 0) return `Generating, ${Math.min(...percents)} %${since}`;
  return `Generating${since}`;
}

/** The last percentage that the model's log mentions, as progress bars write it. */
function percent(status: Status | undefined): number | undefined {
  if (status?.status === "COMPLETED") return 100;
  const lines = status?.logs ?? [];
  const found = lines.map(({ message }) => /(\d{1,3})\s?%/.exec(message)?.[1]);
  const last = found.findLast((value) => value !== undefined);
  return last === undefined ? undefined : Math.min(Number(last), 100);
}

export interface ProgressOptions {
  /** Milliseconds after which a line comes although nothing has changed. */
  beat: number;
  now?: () => number;
}

/** A line at every change and at every beat, until the generation settles or `signal` aborts. */
export async function* progress(
  generation: Generation,
  signal: AbortSignal,
  { beat, now = () => performance.now() }: ProgressOptions,
): AsyncGenerator<string> {
  const started = now();
  let over = false;
  let wake = () => {};
  const changed = () => wake();
  const end = () => {
    over = true;
    wake();
  };
  generation.settled.then(end, end);
  signal.addEventListener("abort", end, { once: true });
  const unwatch = generation.watch(changed);
  const timer = setInterval(changed, beat);
  try {
    for (let last = ""; !over && !signal.aborted;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const line = describe(generation.progress(), now() - started);
      if (line !== last) yield (last = line);
      if (!over) await woken;
    }
  } finally {
    clearInterval(timer);
    unwatch();
    signal.removeEventListener("abort", end);
  }
}

/** How many calls are before it, at every change, as long as it waits in falgate's own line. */
export async function* places(generation: Generation, signal: AbortSignal): AsyncGenerator<number> {
  let wake = () => {};
  const changed = () => wake();
  const unwatch = generation.watch(changed);
  signal.addEventListener("abort", changed, { once: true });
  generation.settled.then(changed, changed);
  try {
    for (let last: number | undefined; !signal.aborted;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const ahead = generation.ahead();
      if (ahead === undefined) return;
      if (ahead !== last) yield (last = ahead);
      await woken;
    }
  } finally {
    unwatch();
    signal.removeEventListener("abort", changed);
  }
}
