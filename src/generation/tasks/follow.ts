/** Following a request that fal has taken, for as long as it takes, to its result. */
import { FalError } from "../../fal/error.ts";
import type { Job, Queue, Result, Status } from "../../fal/queue.ts";
import type { Log } from "../../log.ts";
import { isForgotten } from "./failure.ts";
import { backOff } from "./vital.ts";

export type Followed =
  | { end: "done"; result: Result }
  /** The model's or fal's own verdict. */
  | { end: "failed"; error: FalError }
  /** fal does not know it any more, or was out of reach for too long. */
  | { end: "lost" }
  | { end: "halted" };

export interface FollowOptions {
  queue: Queue;
  halt: AbortSignal;
  log: Log;
  now(): number;
  /** When it was submitted. */
  since: number;
  seen(status: Status): void;
}

/** A generation that is paid for is not given up because fal is out of reach for an hour. */
const LONGEST_MS = 24 * 60 * 60_000;
/** Answers that are none: a few of them are an accident. */
const GARBLED = 5;

export async function follow(job: Job, options: FollowOptions): Promise<Followed> {
  const { queue, halt, log, now, since, seen } = options;
  for (let pauses = 0, garbled = 0; ; pauses += 1) {
    try {
      for await (const status of queue.watch(job, halt)) seen(status);
      if (halt.aborted) return { end: "halted" };
      return { end: "done", result: await queue.result(job) };
    } catch (thrown) {
      if (halt.aborted) return { end: "halted" };
      if (!(thrown instanceof FalError)) throw thrown;
      if (isForgotten(thrown)) return { end: "lost" };
      if (!thrown.ambiguous) return { end: "failed", error: thrown };
      garbled += thrown.status === 0 ? 0 : 1;
      if (garbled > GARBLED || now() - since > LONGEST_MS) return { end: "lost" };
      log.warn("a task is out of sight, looking again", {
        requestId: job.requestId,
        error: thrown,
      });
      await backOff(pauses, halt);
    }
  }
}
