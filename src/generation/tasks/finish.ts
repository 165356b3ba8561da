/** Following a task's calls to their ends, and ending them at fal where that is asked for. */
import { endOf } from "../../fal/purchase.ts";
import type { Job } from "../../fal/queue.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import type { Entries } from "./entries.ts";
import { faultOf, Halted } from "./failure.ts";
import { follow, type Followed } from "./follow.ts";
import type { LedgerOptions } from "./ledger-parts.ts";
import { type Sights, sightOf } from "./progress.ts";

export interface Made {
  output: unknown;
  units: number;
}

export interface Finisher {
  /** Resolves with what it made. Rejects with CallError or Halted. */
  finish(record: CallRecord): Promise<Made>;
  /** Asks fal to end the calls that are being followed. */
  cancel(): Promise<void>;
}

export function createFinisher(options: LedgerOptions, entries: Entries, sights: Sights): Finisher {
  const { taskId, queue, keys, buying, explain, log, halt, now, ending, changed } = options;
  const jobs = new Map<string, Job>();

  async function conclude(record: CallRecord, followed: Followed): Promise<Made> {
    if (followed.end === "halted") throw new Halted();
    if (followed.end === "lost") return entries.unknown(record);
    const purchase = buying.of(record);
    if (followed.end === "failed") {
      purchase.ended(endOf(followed.error));
      return entries.fail(
        record,
        faultOf(followed.error, (error) => explain(error, record.endpoint)),
        followed.error.units,
      );
    }
    const { output, units, billed } = followed.result;
    purchase.ended({ state: "completed", units: billed });
    await entries.step(record, "done", { output, units });
    return { output, units };
  }

  /** A request that cannot be cancelled ends by itself, and is told as it ended. */
  async function ask(job: Job): Promise<void> {
    await queue.cancel(job).catch((error: unknown) => {
      log.warn("a task could not be cancelled at fal", { taskId, error });
    });
  }

  return {
    async finish(record) {
      const { slot, endpoint, requestId, url } = record;
      const key = keys.byId(record.falKey ?? "");
      if (!key || !requestId || !url) return entries.unknown(record);
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
    },
    async cancel() {
      await Promise.all([...jobs.values()].map(ask));
    },
  };
}
