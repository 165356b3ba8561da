/** fal's queue in a test's hands: every job starts, ends and is cancelled when the test says so. */
import { FalError } from "../../src/fal/error.ts";
import type { Job, Queue, Result, Status } from "../../src/fal/queue.ts";

export interface HeldJob {
  endpoint: string;
  input: unknown;
  accept(): void;
  refuse(status: number): void;
  start(): void;
  finish(output?: unknown): void;
  fail(status: number): void;
  /** Cancellations that fal was asked for. */
  cancels: PromiseWithResolvers<boolean>[];
}

export function heldQueue() {
  const jobs: HeldJob[] = [];
  const held = new Map<Job, { changes: AsyncIterable<Status>; result: Promise<Result> }>();
  const cancels = new Map<Job, HeldJob["cancels"]>();

  function submit(endpoint: string, input: unknown): Promise<Job> {
    const accepted = Promise.withResolvers<Job>();
    const result = Promise.withResolvers<Result>();
    result.promise.catch(() => {});
    const { stream, push } = pushed<Status>();
    const key = { value: "id:secret", id: "digest", name: "fal key 1" };
    const requestId = `job-${jobs.length + 1}`;
    const job: Job = { requestId, endpoint, key, url: `held:${requestId}` };
    held.set(job, { changes: stream, result: result.promise });
    const asked: HeldJob["cancels"] = [];
    cancels.set(job, asked);
    const over = (settle: () => void) => {
      push({ status: "COMPLETED" });
      settle();
    };
    jobs.push({
      endpoint,
      input,
      cancels: asked,
      accept: () => accepted.resolve(job),
      refuse: (status) => accepted.reject(new FalError({ status, message: "refused" })),
      start: () => push({ status: "IN_PROGRESS" }),
      finish: (output = { images: [{ url: `https://fal.media/${requestId}.png` }] }) =>
        over(() => result.resolve({ output, units: 1 })),
      fail: (status) => over(() => result.reject(new FalError({ status, message: "failed" }))),
    });
    return accepted.promise;
  }

  async function* watch(job: Job): AsyncGenerator<Status> {
    yield { status: "IN_QUEUE" };
    for await (const status of held.get(job)!.changes) {
      yield status;
      if (status.status === "COMPLETED") return;
    }
  }

  const queue: Queue = {
    submit,
    watch,
    status: () => Promise.reject(new Error("nobody asks")),
    result: (job) => held.get(job)!.result,
    cancel(job) {
      const answer = Promise.withResolvers<boolean>();
      cancels.get(job)!.push(answer);
      return answer.promise;
    },
  };
  return { queue, jobs };
}

function pushed<T>() {
  const waiting: T[] = [];
  let wake = Promise.withResolvers<void>();
  async function* stream(): AsyncGenerator<T> {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!;
      await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  }
  return {
    stream: stream(),
    push(value: T) {
      waiting.push(value);
      wake.resolve();
    },
  };
}

/** Lets everything that is ready happen. */
export const settle = () => Bun.sleep(1);
