/** One signal for the two ends of a call: the client leaves, or nothing happens for too long. */

export interface Deadline {
  readonly signal: AbortSignal;
  /** Something happened: the time starts anew. */
  extend(): void;
  /** True when it was the time that ran out. */
  passed(): boolean;
  /** The call is over. */
  clear(): void;
  /** Runs a call under this deadline: a failure ends it, and a late one says that it was late. */
  guard<T>(call: () => Promise<T>): Promise<T>;
}

/** Aborts with the client's own reason, or with `late()` after `ms` milliseconds without `extend`. */
export function createDeadline(client: AbortSignal, ms: number, late: () => Error): Deadline {
  const controller = new AbortController();
  let over = false;
  const leave = () => controller.abort(client.reason);
  const timer = setTimeout(() => {
    over = true;
    controller.abort(late());
  }, ms);
  client.addEventListener("abort", leave, { once: true });
  if (client.aborted) leave();
  const clear = () => {
    clearTimeout(timer);
    client.removeEventListener("abort", leave);
  };
  return {
    signal: controller.signal,
    extend: () => void timer.refresh(),
    passed: () => over,
    clear,
    async guard(call) {
      try {
        return await call();
      } catch (error) {
        clear();
        throw over ? controller.signal.reason : error;
      }
    },
  };
}
