/** One call at fal, from submission to result, and what becomes of it when nobody waits any more. */
import type { Queue, Result, Status } from "../fal/queue.ts";

/** What happens upstream when the last client leaves. */
export type CancelPolicy = "queued" | "always" | "never";

export interface Call {
  /** Settles once fal has taken the call, or refused it. */
  readonly accepted: Promise<unknown>;
  readonly result: Promise<Result>;
  /** The latest that fal said. Undefined until it has said something. */
  readonly status: () => Status | undefined;
  /** Whether fal is known to work on it, or to have done so. */
  readonly started: () => boolean;
  /** What it has given so far, before the result: for endpoints that show a picture while it grows. */
  readonly partials: () => readonly unknown[];
  /** Nobody waits: cancels what the policy allows. Resolves to whether it was cancelled. */
  abandon(policy: CancelPolicy): Promise<boolean>;
}

export function startCall(
  queue: Queue,
  endpoint: string,
  input: unknown,
  changed: () => void,
): Call {
  let latest: Status | undefined;

  const accepted = queue.submit(endpoint, input);

  async function follow(): Promise<Result> {
    const job = await accepted;
    for await (const status of queue.watch(job)) {
      latest = status;
      changed();
    }
    return queue.result(job);
  }

  const started = () => latest !== undefined && latest.status !== "IN_QUEUE";

  async function abandon(policy: CancelPolicy): Promise<boolean> {
    const job = await accepted;
    if (policy === "never" || (policy === "queued" && started())) return false;
    return queue.cancel(job);
  }

  return { accepted, result: follow(), status: () => latest, started, partials: () => [], abandon };
}
