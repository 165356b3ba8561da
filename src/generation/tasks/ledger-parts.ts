/** What making a task's calls takes: the same for all tasks, and what is one task's own. */
import type { FalKeys } from "../../fal/keys.ts";
import type { Priority } from "../../fal/priority.ts";
import type { Job, Queue } from "../../fal/queue.ts";
import type { Log } from "../../log.ts";
import type { ApiError } from "../../openai/error.ts";
import type { Calls } from "../../store/tasks/calls.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import type { Buying } from "./buying.ts";
import type { Vital } from "./vital.ts";

/** Finds the request that a lost submission became; nothing where that cannot be known. */
export type Reconcile = (call: CallRecord, halt: AbortSignal) => Promise<Job | undefined>;

export interface LedgerParts {
  queue: Queue;
  keys: FalKeys;
  calls: Calls;
  reconcile: Reconcile;
  /** In the client's words; `endpoint` is whose word on the request it is. */
  explain(error: unknown, endpoint?: string): ApiError;
  /** Runs what must not be torn apart by an orderly stop. */
  vital: Vital;
  log: Log;
  /** Milliseconds for which a submission that fal does not take is tried again. */
  insistMs: number;
  now(): number;
}

export interface LedgerOptions extends LedgerParts {
  taskId: string;
  /** Where its calls stand in fal's own queue. */
  priority?: Priority | undefined;
  /** Where its calls are paid. */
  buying: Buying;
  recorded: readonly CallRecord[];
  /** Whether the task's end was asked for. */
  ending(): boolean;
  /** The process lets go. */
  halt: AbortSignal;
  changed(): void;
}
