/** Keeping what a task made: tried again and again, and never a reason to make it again. */
import type { Log } from "../../log.ts";
import type { Task, TaskMedia } from "../task.ts";
import { backOff } from "./vital.ts";

/** Resolves to the file with the name under which it is kept. */
export type KeepMedia = (media: TaskMedia, task: Task, halt: AbortSignal) => Promise<TaskMedia>;

/** fal's own links are handed out. */
export const passThrough: KeepMedia = async (media) => media;

/** About a minute in all. */
const ATTEMPTS = 9;

/**
 * The file as it is kept, or fal's own link where it cannot be: what was paid for is handed out under
 * a link that may vanish rather than under none. Undefined when the process lets go.
 */
export async function keepOne(
  media: TaskMedia,
  task: Task,
  { keep, log, halt }: { keep: KeepMedia; log: Log; halt: AbortSignal },
): Promise<TaskMedia | undefined> {
  for (let attempt = 1; !halt.aborted; attempt += 1) {
    try {
      return await unlessAborted(keep(media, task, halt), halt);
    } catch (error) {
      if (halt.aborted) return undefined;
      const last = attempt === ATTEMPTS;
      const message = last
        ? "an output could not be kept, fal's own link is handed out"
        : "an output could not be kept, trying again";
      log[last ? "error" : "warn"](message, { taskId: task.id, attempt, error });
      if (last) return media;
      await backOff(attempt - 1, halt);
    }
  }
  return undefined;
}

/** Nobody waits for a file once the process lets go. */
async function unlessAborted<T>(work: Promise<T>, halt: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(halt.reason);
  halt.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    halt.removeEventListener("abort", abort);
  }
}
