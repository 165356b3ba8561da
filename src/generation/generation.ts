/** A running or finished generation, and the clients that wait for it. */
import { ApiError } from "../openai/error.ts";
import type { Status } from "../fal/queue.ts";
import type { CancelPolicy } from "./call.ts";
import type { Run } from "./run.ts";
import type { Settled } from "./settled.ts";

export interface Wait {
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /** Milliseconds. */
  patience: number;
}

export interface Generation {
  readonly settled: Promise<Settled>;
  /**
   * Resolves once fal has taken it, or it has to wait for its turn there; rejects if fal has refused it
   * or `signal` aborts first.
   */
  accepted(wait: Wait): Promise<void>;
  /**
   * The outcome, for a client that stays. Running out of patience ends the wait, not the generation;
   * when the last client leaves, the policy decides.
   */
  wait(wait: Wait): Promise<Settled>;
  /** The latest of every call at fal. */
  progress(): readonly (Status | undefined)[];
  /** How many calls are before it in falgate's own line; nothing while it does not wait there. */
  ahead(): number | undefined;
  /** What a growing picture looked like so far. */
  partials(): readonly unknown[];
  /** Calls back on every change at fal, until the returned function is called. */
  watch(listener: () => void): () => void;
  /** The answer went out: an equal request from now on is a new one. */
  delivered(): void;
  /** The outcome was there, but could not be handed to the client of that wait: it is anybody's again. */
  undelivered(wait: Wait): void;
  /** True while nobody has been given the outcome, is being given it or waits for it. */
  orphaned(): boolean;
  /** True once anything of it was cancelled, or is about to be: it cannot be joined any more. */
  cancelled(): boolean;
}

export interface GenerationOptions {
  start(changed: () => void): Run;
  policy: CancelPolicy;
  /** Told of a cancellation that failed: nobody is left to throw it at. */
  failed(error: unknown): void;
}

export function createGeneration({ start, policy, failed }: GenerationOptions): Generation {
  const listeners = new Set<() => void>();
  const lined = Promise.withResolvers<void>();
  const run = start(() => {
    if (run.ahead?.() !== undefined) lined.resolve();
    for (const listener of listeners) listener();
  });
  // It goes on without anyone waiting; whoever waits later still gets the failure.
  run.settled.catch(() => {});
  run.accepted.catch(() => {});
  /** Waits that are over, whose clients are being given the outcome. */
  const handing = new Set<Wait>();
  let waiting = 0;
  let given = false;
  let cancelled = false;

  /** Nobody waits: cancels what the policy allows, unless somebody comes before fal has taken it. */
  async function leave(): Promise<void> {
    if (waiting > 0 || policy === "never") return;
    if (run.withdraw?.()) {
      cancelled = true;
      return;
    }
    const taken = await run.accepted.then(
      () => true,
      () => false,
    );
    if (!taken || waiting > 0 || cancelled) return;
    // Whoever comes while the cancellation is on its way must not join what is about to end.
    cancelled = true;
    cancelled = await run.abandon(policy).catch((error: unknown) => {
      failed(error);
      return false;
    });
  }

  async function outcome(wait: Wait): Promise<Settled> {
    const settled = await stay(run.settled, wait);
    handing.add(wait);
    wait.signal.addEventListener("abort", () => handing.delete(wait), { once: true });
    return settled;
  }

  /** Races the outcome against the client's leaving and the end of its patience. */
  async function stay<T>(outcome: Promise<T>, { signal, patience }: Wait): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const gone = () => reject(signal.reason);
    const timer = setTimeout(() => reject(outOfPatience(patience)), patience);
    signal.addEventListener("abort", gone, { once: true });
    if (signal.aborted) gone();
    waiting += 1;
    try {
      return await Promise.race([outcome, promise]);
    } finally {
      waiting -= 1;
      clearTimeout(timer);
      signal.removeEventListener("abort", gone);
      if (signal.aborted) void leave();
    }
  }

  return {
    settled: run.settled,
    accepted: (wait) => stay(Promise.race([run.accepted, lined.promise]), wait),
    wait: outcome,
    progress: run.progress,
    ahead: () => run.ahead?.(),
    partials: run.partials,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    delivered() {
      given = true;
    },
    undelivered: (wait) => void handing.delete(wait),
    orphaned: () => !given && waiting === 0 && handing.size === 0,
    cancelled: () => cancelled,
  };
}

/** A status that SDKs retry: the retry joins the same generation. */
export function outOfPatience(patience: number): ApiError {
  return new ApiError(
    504,
    `The generation is not finished after ${Math.round(patience / 100) / 10} s. It goes on: the same request again waits for it, at no further cost.`,
    "timeout_error",
    { code: "timeout" },
  );
}
