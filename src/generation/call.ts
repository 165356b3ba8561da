/** One call at fal, from submission to result, and what becomes of it when nobody waits any more. */
import { resultPaid, submitPaid } from "../fal/paid.ts";
import type { Purchase } from "../fal/purchase.ts";
import type { Job, Queue, Result, Status, Submission } from "../fal/queue.ts";

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
  /** Whether it still waits for its turn at fal, which has nothing of it yet. */
  readonly waits: () => boolean;
  /** Gives up its place among those that wait. */
  withdraw(): void;
  /** Nobody waits: cancels what the policy allows. Resolves to whether it was cancelled. */
  abandon(policy: CancelPolicy): Promise<boolean>;
}

export function startCall(
  queue: Queue,
  purchase: Purchase,
  {
    endpoint,
    input,
    priority,
  }: { endpoint: string; input: unknown } & Pick<Submission, "priority">,
  changed: () => void,
): Call {
  const leaving = new AbortController();
  let waits = true;
  let latest: Status | undefined;

  function say(status: Status): void {
    latest = status;
    changed();
  }

  async function submit(): Promise<Job> {
    const waiting = (ahead: number) => say({ status: "IN_QUEUE", queue_position: ahead });
    const turn = purchase.turn({ signal: leaving.signal, waiting });
    const key = turn instanceof Promise ? await turn : turn;
    waits = false;
    if (turn) changed();
    return submitPaid(queue, purchase, { endpoint, input, priority, first: key });
  }

  const accepted = submit();

  async function follow(): Promise<Result> {
    const job = await accepted;
    for await (const status of queue.watch(job)) {
      if (status.status !== "IN_QUEUE") purchase.started();
      say(status);
    }
    return resultPaid(queue, purchase, job);
  }

  const started = () => latest !== undefined && latest.status !== "IN_QUEUE";

  const withdraw = () => leaving.abort();

  async function abandon(policy: CancelPolicy): Promise<boolean> {
    if (policy === "never") return false;
    if (waits) {
      withdraw();
      return true;
    }
    const job = await accepted;
    if (policy === "queued" && started()) return false;
    return queue.cancel(job);
  }

  return {
    accepted,
    result: follow(),
    status: () => latest,
    started,
    partials: () => [],
    waits: () => waits,
    withdraw,
    abandon,
  };
}
