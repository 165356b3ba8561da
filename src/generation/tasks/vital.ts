/** Work that an orderly stop waits for, and writes that are repeated until they are done. */
import type { Log } from "../../log.ts";

export interface Vital {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Repeats a write until the store takes it. */
  insist<T>(write: () => Promise<T>, what: Record<string, unknown>): Promise<T>;
  /** Resolves to whether all of it was over in that time. */
  idle(timeoutMs: number): Promise<boolean>;
}

export function createVital(log: Log): Vital {
  const open = new Set<Promise<unknown>>();

  function run<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    const settled = running.catch(() => {}).finally(() => open.delete(settled));
    open.add(settled);
    return running;
  }

  return {
    run,
    insist: (write, what) =>
      run(async () => {
        for (let pauses = 0; ; pauses += 1) {
          try {
            return await write();
          } catch (error) {
            log.error("what must be kept cannot be written, trying again", { ...what, error });
            await backOff(pauses);
          }
        }
      }),
    async idle(timeoutMs) {
      const late = Promise.withResolvers<false>();
      const timer = setTimeout(() => late.resolve(false), timeoutMs);
      try {
        while (open.size > 0) {
          const over = Promise.all(open).then(() => true as const);
          if (!(await Promise.race([over, late.promise]))) return false;
        }
        return true;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** From a quarter of a second, doubling, up to half a minute, jittered; less where `halt` aborts. */
export async function backOff(pauses: number, halt?: AbortSignal): Promise<void> {
  const longest = Math.min(250 * 2 ** Math.min(pauses, 10), 30_000);
  await rest(longest * (0.5 + Math.random() / 2), halt);
}

/** Sleeps, but not past an abort. */
export function rest(ms: number, halt?: AbortSignal): Promise<void> {
  if (halt?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      halt?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    halt?.addEventListener("abort", end, { once: true });
  });
}
