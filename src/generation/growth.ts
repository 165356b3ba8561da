/** A picture while it grows: the stages that a client asked to see. */
import { pictures, type Picture } from "../models/output.ts";
import type { Generation } from "./generation.ts";

/** Up to `most` stages, as they come; ends when the generation settles or `signal` aborts. */
export async function* growth(
  generation: Generation,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<Picture> {
  if (most === 0) return;
  let over = false;
  let wake = () => {};
  const end = () => {
    over = true;
    wake();
  };
  generation.settled.then(end, end);
  signal.addEventListener("abort", end, { once: true });
  const unwatch = generation.watch(() => wake());
  try {
    for (let shown = 0; shown < most;) {
      const stage = generation.partials()[shown];
      if (stage !== undefined) {
        shown += 1;
        yield* pictures(stage).slice(0, 1);
        continue;
      }
      if (over) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unwatch();
    signal.removeEventListener("abort", end);
  }
}
