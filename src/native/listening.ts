/** The statuses of a followed request, as one client hears them. */
import type { Status } from "../fal/queue.ts";
import type { Follow } from "./follow.ts";

/** A stream of one line. */
export async function* one(line: string) {
  yield line;
}

/** What the follow has heard so far, then everything new, to the end. */
export async function* listened(
  follow: Follow,
  signal: AbortSignal,
  line: (told: Status) => string,
): AsyncGenerator<string> {
  const waiting: Status[] = [follow.latest()!];
  let wake = () => {};
  const stop = follow.listen((told) => {
    waiting.push(told);
    wake();
  });
  const left = () => wake();
  signal.addEventListener("abort", left, { once: true });
  let over = false;
  const ended = () => {
    over = true;
    wake();
  };
  follow.kept.then(ended, ended);
  try {
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next) {
        yield line(next);
        if (next.status === "COMPLETED") return;
        continue;
      }
      if (over) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    signal.removeEventListener("abort", left);
  }
}
