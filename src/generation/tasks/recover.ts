/** Taking up what was being submitted when falgate or the connection broke off. */
import type { CallRecord } from "../../store/tasks/task.ts";
import type { Entries } from "./entries.ts";
import { Halted } from "./failure.ts";
import type { LedgerOptions } from "./ledger-parts.ts";
import { backOff } from "./vital.ts";

/** The call as one that fal has. Rejects with CallError where nobody can find it, or with Halted. */
export async function recover(
  record: CallRecord,
  { taskId, reconcile, log, halt }: LedgerOptions,
  entries: Entries,
): Promise<CallRecord> {
  for (;;) {
    const job = await reconcile(record, halt);
    if (halt.aborted) throw new Halted();
    if (!job) return entries.unknown(record);
    const { requestId, url, key } = job;
    const told = { requestId, url, falKey: key.id };
    const found = await entries.tryStep(record, "submitted", told).catch((error: unknown) => {
      log.warn("a lost submission is another task's", { taskId, requestId, error });
      return undefined;
    });
    if (found) {
      log.info("a lost submission was found again", { taskId, requestId });
      return found;
    }
    await backOff(1, halt);
  }
}
