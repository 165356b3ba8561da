/** What is written of a task's calls: each before it is made, at every step, and at its end. */
import type { CallChange } from "../../store/tasks/calls.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import { CallError, Cancelled, type Fault, Halted, OUTCOME_UNKNOWN } from "./failure.ts";
import type { LedgerOptions } from "./ledger-parts.ts";

/** What a step tells of a call besides its state. */
type Told = Omit<CallChange, "taskId" | "slot" | "attempt" | "state">;

export interface Entries {
  /** The latest attempt at that slot. */
  of(slot: string): CallRecord | undefined;
  /** The latest of every slot, in the order in which they were begun. */
  all(): readonly CallRecord[];
  /** Throws Halted or Cancelled where nothing may be begun any more. */
  mayBegin(): void;
  /** Written before the call is made. Rejects as `mayBegin` throws, and where another process makes it. */
  begin(slot: string, endpoint: string, input: Record<string, unknown>): Promise<CallRecord>;
  /** Written until it is: a request that was paid for must not be forgotten. */
  step(record: CallRecord, state: CallRecord["state"], told?: Told): Promise<CallRecord>;
  /** The same, tried once; undefined where it was no step forward. Rejects as the store does. */
  tryStep(
    record: CallRecord,
    state: CallRecord["state"],
    told: Told,
  ): Promise<CallRecord | undefined>;
  /** Ends it, and rejects with its CallError. */
  fail(record: CallRecord, fault: Fault, units: number): Promise<never>;
  /** The same, where nobody can say any more what became of it. */
  unknown(record: CallRecord): Promise<never>;
}

export function createEntries(options: LedgerOptions): Entries {
  const { taskId, calls, vital, log, buying, now, halt, ending } = options;
  const latest = new Map(options.recorded.map((call) => [call.slot, call]));

  function adopt(record: CallRecord, change: CallChange): CallRecord {
    const changed = { ...record, ...change };
    latest.set(record.slot, changed);
    return changed;
  }

  const changeOf = ({ slot, attempt }: CallRecord, state: CallRecord["state"], told: Told) => ({
    ...{ taskId, slot, attempt, state },
    ...told,
  });

  async function step(record: CallRecord, state: CallRecord["state"], told: Told = {}) {
    const change = changeOf(record, state, told);
    await vital.insist(() => calls.change(change), { ...change, output: undefined });
    return adopt(record, change);
  }

  function mayBegin(): void {
    if (halt.aborted) throw new Halted();
    if (ending()) throw new Cancelled();
  }

  return {
    mayBegin,
    of: (slot) => latest.get(slot),
    all: () => [...latest.values()],

    async begin(slot, endpoint, input) {
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
    },

    step,

    async tryStep(record, state, told) {
      const change = changeOf(record, state, told);
      return (await calls.change(change)) ? adopt(record, change) : undefined;
    },

    async fail(record, fault, units) {
      if (record.state !== "refused") await step(record, "failed", { error: fault, units });
      throw new CallError(fault);
    },

    async unknown(record) {
      log.error("a task's outcome is unknown", {
        ...{ taskId, endpoint: record.endpoint, requestId: record.requestId },
        submittedAt: new Date(record.submittedAt).toISOString(),
      });
      buying.of(record).ended({ state: "unknown" });
      await step(record, "unknown", { error: OUTCOME_UNKNOWN });
      throw new CallError(OUTCOME_UNKNOWN);
    },
  };
}
