/** A task's calls at fal: each written down before it is made and after, and never made twice. */
import { FalError } from "../../fal/error.ts";
import { endOf } from "../../fal/purchase.ts";
import type { FalKeys } from "../../fal/keys.ts";
import type { Priority } from "../../fal/priority.ts";
import type { Job, Queue } from "../../fal/queue.ts";
import { isPassing } from "../../fal/retry.ts";
import type { Log } from "../../log.ts";
import type { ApiError } from "../../openai/error.ts";
import type { Calls, CallChange } from "../../store/tasks/calls.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import type { Buying } from "./buying.ts";
import { CallError, Cancelled, type Fault, faultOf, Halted, OUTCOME_UNKNOWN } from "./failure.ts";
import { type Followed, follow } from "./follow.ts";
import { type Sight, sightOf } from "./progress.ts";
import { backOff, type Vital } from "./vital.ts";

export interface Made {
  output: unknown;
  units: number;
}

export interface Ledger {
  /** Makes the call of that slot, or takes it up where it was left. Rejects with CallError. */
  call(slot: string, endpoint: string, input: Record<string, unknown>): Promise<Made>;
  /** Work that is paid as well, but cannot be taken up: undefined where it was begun before. */
  once<T>(slot: string, endpoint: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Endpoints that were tried in a stage, in order. */
  tried(stage: string): readonly string[];
  /** What fal says of the open calls. */
  sights(): readonly Sight[];
  /** Asks fal to end the open calls. */
  cancel(): Promise<void>;
}

/** A call that is paid for, and whose turn it is. */
type Bought = Awaited<ReturnType<Buying["turn"]>> & {
  endpoint: string;
  input: Record<string, unknown>;
};

/** Finds the request that a lost submission became; nothing where that cannot be known. */
export type Reconcile = (call: CallRecord, halt: AbortSignal) => Promise<Job | undefined>;

export interface LedgerParts {
  queue: Queue;
  keys: FalKeys;
  calls: Calls;
  reconcile: Reconcile;
  explain(error: unknown): ApiError;
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

export function createLedger(options: LedgerOptions): Ledger {
  const { taskId, queue, keys, calls, reconcile, explain, vital, log, halt, now } = options;
  const { recorded, priority, buying, ending, changed, insistMs } = options;
  const latest = new Map(recorded.map((call) => [call.slot, call]));
  const jobs = new Map<string, Job>();
  const sights = new Map<string, Sight>();

  /** Written until it is: a request that was paid for must not be forgotten. */
  async function write(change: CallChange, record: CallRecord): Promise<CallRecord> {
    await vital.insist(() => calls.change(change), { ...change, output: undefined });
    const changedRecord = { ...record, ...change };
    latest.set(record.slot, changedRecord);
    return changedRecord;
  }

  const step = ({ slot, attempt }: CallRecord, state: CallRecord["state"]) => ({
    ...{ taskId, slot, attempt, state },
  });

  function mayBegin(): void {
    if (halt.aborted) throw new Halted();
    if (ending()) throw new Cancelled();
  }

  async function begin(slot: string, endpoint: string, input: Record<string, unknown>) {
    mayBegin();
    const record: CallRecord = {
      ...{ taskId, slot, endpoint, input },
      attempt: (latest.get(slot)?.attempt ?? 0) + 1,
      state: "submitting",
      submittedAt: now(),
      falKey: null,
      requestId: null,
      url: null,
      output: undefined,
      units: 0,
      error: undefined,
    };
    if (!(await calls.begin(record))) throw new Halted("another process makes this call");
    latest.set(slot, record);
    return record;
  }

  /** The mark, the call and its request id: an orderly stop waits for all three. */
  async function submitOnce(slot: string, bought: Bought) {
    const { endpoint, input, purchase, key } = bought;
    const record = await begin(slot, endpoint, input).catch((error: unknown) => {
      purchase.forget();
      throw error;
    });
    try {
      mayBegin();
    } catch (error) {
      purchase.forget();
      await write(step(record, "refused"), record);
      throw error;
    }
    try {
      const job = await queue.submit(endpoint, input, { first: key, priority });
      const { requestId, url } = job;
      purchase.taken({ requestId, falKey: job.key.id });
      const change = { ...step(record, "submitted"), requestId, url, falKey: job.key.id };
      return await write(change, record);
    } catch (error) {
      // What may have been taken is looked for, and stays open as long.
      if (!(error instanceof FalError) || error.ambiguous) return record;
      purchase.ended({ ...endOf(error), state: "refused" });
      const again = isPassing(error) || error.status === 429;
      if (!again) return fail(record, faultOf(error, explain), error.units);
      log.warn("fal does not take a task", { taskId, endpoint, error });
      return write({ ...step(record, "refused"), error: faultOf(error, explain) }, record);
    }
  }

  /** Nothing is marked while it waits for its turn: it can be given up, and taken over. */
  async function turn(slot: string, endpoint: string, input: Record<string, unknown>) {
    const order = { endpoint, input, way: "queue" } as const;
    const waiting = (ahead: number) => {
      sights.set(slot, { position: ahead });
      changed();
    };
    try {
      return { endpoint, input, ...(await buying.turn(slot, order, waiting)) };
    } catch (error) {
      mayBegin();
      throw error;
    } finally {
      sights.delete(slot);
    }
  }

  async function submit(slot: string, endpoint: string, input: Record<string, unknown>) {
    const until = now() + insistMs;
    for (let pauses = 0; ; pauses += 1) {
      mayBegin();
      const bought = await turn(slot, endpoint, input);
      const record = await vital.run(() => submitOnce(slot, bought));
      if (record.state !== "refused") return record;
      if (now() > until) return fail(record, record.error as Fault, 0);
      await backOff(pauses, halt);
    }
  }

  async function fail(record: CallRecord, fault: Fault, units: number): Promise<never> {
    if (record.state !== "refused")
      await write({ ...step(record, "failed"), error: fault, units }, record);
    throw new CallError(fault);
  }

  async function unknown(record: CallRecord): Promise<never> {
    log.error("a task's outcome is unknown", {
      ...{ taskId, endpoint: record.endpoint, requestId: record.requestId },
      submittedAt: new Date(record.submittedAt).toISOString(),
    });
    buying.of(record).ended({ state: "unknown" });
    await write({ ...step(record, "unknown"), error: OUTCOME_UNKNOWN }, record);
    throw new CallError(OUTCOME_UNKNOWN);
  }

  /** What was being submitted when falgate or the connection broke off. */
  async function recover(record: CallRecord): Promise<CallRecord> {
    for (;;) {
      const job = await reconcile(record, halt);
      if (halt.aborted) throw new Halted();
      if (!job) return unknown(record);
      const { requestId, url, key } = job;
      const change = { ...step(record, "submitted"), requestId, url, falKey: key.id };
      const ours = await calls.change(change).catch((error: unknown) => {
        log.warn("a lost submission is another task's", { taskId, requestId, error });
        return false;
      });
      if (!ours) {
        await backOff(1, halt);
        continue;
      }
      log.info("a lost submission was found again", { taskId, requestId });
      const found: CallRecord = { ...record, ...change };
      latest.set(record.slot, found);
      return found;
    }
  }

  async function finish(record: CallRecord): Promise<Made> {
    const { slot, endpoint, requestId, url } = record;
    const key = keys.byId(record.falKey ?? "");
    if (!key || !requestId || !url) return unknown(record);
    const job: Job = { requestId, endpoint, key, url };
    const purchase = buying.of(record);
    jobs.set(slot, job);
    try {
      if (ending()) await ask(job);
      const followed = await follow(job, {
        ...{ queue, halt, log, now, since: record.submittedAt },
        seen(status) {
          if (status.status !== "IN_QUEUE") purchase.started();
          sights.set(slot, sightOf(status, sights.get(slot)));
          changed();
        },
      });
      return await conclude(record, followed);
    } finally {
      jobs.delete(slot);
      sights.delete(slot);
    }
  }

  async function conclude(record: CallRecord, followed: Followed): Promise<Made> {
    if (followed.end === "halted") throw new Halted();
    if (followed.end === "lost") return unknown(record);
    const purchase = buying.of(record);
    if (followed.end === "failed") {
      purchase.ended(endOf(followed.error));
      return fail(record, faultOf(followed.error, explain), followed.error.units);
    }
    const { output, units, billed } = followed.result;
    purchase.ended({ state: "completed", units: billed });
    await write({ ...step(record, "done"), output, units }, record);
    return { output, units };
  }

  /** A request that cannot be cancelled ends by itself, and is told as it ended. */
  async function ask(job: Job): Promise<void> {
    await queue.cancel(job).catch((error: unknown) => {
      log.warn("a task could not be cancelled at fal", { taskId, error });
    });
  }

  return {
    async call(slot, endpoint, input) {
      const before = latest.get(slot);
      if (before?.state === "done") return { output: before.output, units: before.units };
      if (before?.state === "failed" || before?.state === "unknown") {
        throw new CallError(before.error as Fault);
      }
      const open =
        before && before.state !== "refused" ? before : await submit(slot, endpoint, input);
      return finish(open.state === "submitting" ? await recover(open) : open);
    },

    async once(slot, endpoint, work) {
      const before = latest.get(slot);
      if (before) return before.output as undefined;
      const record = await begin(slot, endpoint, {});
      const output = await work();
      await write({ ...step(record, "done"), output }, record);
      return output;
    },

    tried: (stage) => [
      ...new Set(
        [...latest.values()]
          .filter(({ slot }) => slot.startsWith(`${stage} `))
          .map(({ endpoint }) => endpoint),
      ),
    ],
    sights: () => [...sights.values()],
    async cancel() {
      await Promise.all([...jobs.values()].map(ask));
    },
  };
}
