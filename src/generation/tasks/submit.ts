/** Making a task's call: bought, written down, and sent until fal takes it or will not. */
import { FalError } from "../../fal/error.ts";
import { endOf } from "../../fal/purchase.ts";
import { isPassing } from "../../fal/retry.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import type { Buying } from "./buying.ts";
import type { Entries } from "./entries.ts";
import { type Fault, faultOf } from "./failure.ts";
import type { LedgerOptions } from "./ledger-parts.ts";
import type { Sights } from "./progress.ts";
import { backOff } from "./vital.ts";

/** Resolves to a call that fal has, or may have. Rejects with CallError, Halted or Cancelled. */
export type Submit = (
  slot: string,
  endpoint: string,
  input: Record<string, unknown>,
) => Promise<CallRecord>;

/** A call that is paid for, and whose turn it is. */
type Bought = Awaited<ReturnType<Buying["turn"]>> & {
  endpoint: string;
  input: Record<string, unknown>;
};

export function createSubmit(options: LedgerOptions, entries: Entries, sights: Sights): Submit {
  const { taskId, queue, buying, explain, vital, log, halt, now } = options;
  const { priority, changed, insistMs } = options;

  /** The mark, the call and its request id: an orderly stop waits for all three. */
  async function submitOnce(slot: string, bought: Bought): Promise<CallRecord> {
    const { endpoint, input, purchase, key } = bought;
    const record = await entries.begin(slot, endpoint, input).catch((error: unknown) => {
      purchase.forget();
      throw error;
    });
    try {
      entries.mayBegin();
    } catch (error) {
      purchase.forget();
      await entries.step(record, "refused");
      throw error;
    }
    try {
      const job = await queue.submit(endpoint, input, { first: key, priority });
      const { requestId, url } = job;
      purchase.taken({ requestId, falKey: job.key.id });
      return await entries.step(record, "submitted", { requestId, url, falKey: job.key.id });
    } catch (error) {
      // What may have been taken is looked for, and stays open as long.
      if (!(error instanceof FalError) || error.ambiguous) return record;
      purchase.ended({ ...endOf(error), state: "refused" });
      const fault = faultOf(error, (error) => explain(error, endpoint));
      const again = isPassing(error) || error.status === 429;
      if (!again) return entries.fail(record, fault, error.units);
      log.warn("fal does not take a task", { taskId, endpoint, error });
      return entries.step(record, "refused", { error: fault });
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
      entries.mayBegin();
      throw error;
    } finally {
      sights.delete(slot);
    }
  }

  return async (slot, endpoint, input) => {
    const until = now() + insistMs;
    for (let pauses = 0; ; pauses += 1) {
      entries.mayBegin();
      const bought = await turn(slot, endpoint, input);
      const record = await vital.run(() => submitOnce(slot, bought));
      if (record.state !== "refused") return record;
      if (now() > until) return entries.fail(record, record.error as Fault, 0);
      await backOff(pauses, halt);
    }
  };
}
