/** Finds out what calls have cost whose end nobody saw: those of a process that died, or lost sight of them. */
import type { Bill } from "../fal/bill.ts";
import type { Log } from "../log.ts";
import type { UsageRecord } from "../store/usage/record.ts";
import type { UsageStore } from "../store/usage/usage.ts";
import type { Till } from "./purchases.ts";

export interface Auditor {
  /** Sets aside again what the calls of earlier processes may cost: before that, nothing may be sold. */
  prepare(): Promise<void>;
  /** Looks for their ends from now on. */
  start(): void;
  /** One look at every call that nobody follows. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export interface AuditorOptions {
  till: Till;
  usage: Pick<UsageStore, "find">;
  bill: Bill;
  log: Log;
  everyMs?: number;
  now?: () => number;
}

const EVERY_MS = 60_000;
/** After a start: most of what a process left is over within seconds. */
const FIRST_MS = 1_000;
/** Of a process that lives, calls are seen to their end within this time, or are long. */
const AGE_MS = 2 * 60_000;
/** Asked about at a time. */
const WIDTH = 8;

export function createAuditor(options: AuditorOptions): Auditor {
  const { till, usage, bill, log, everyMs = EVERY_MS, now = Date.now } = options;
  const ending = new AbortController();
  let current = Promise.resolve();
  let timer: Timer | undefined;
  let pause = Math.min(FIRST_MS, everyMs);

  async function look({ id, requestId, endpoint, falKey }: UsageRecord): Promise<void> {
    if (requestId === null || ending.signal.aborted) return;
    try {
      const end = await bill({ requestId, endpoint, falKey: falKey ?? "" }, ending.signal);
      if (!end) return;
      // Another process may have seen it meanwhile, and has told its budget.
      if ((await usage.find(id))?.state !== "open") return till.drop(id);
      log.info("a call of an earlier process is in the books", { requestId, state: end.state });
      till.ended(id, end);
    } catch (error) {
      if (!ending.signal.aborted) log.debug("a call's end is not known yet", { requestId, error });
    }
  }

  async function round(): Promise<void> {
    await till.takeUp(now() - AGE_MS);
    const left = till.left().values();
    const work = async () => {
      for (const record of left) await look(record);
    };
    await Promise.all(Array.from({ length: WIDTH }, work));
  }

  function run(): void {
    current = round()
      .catch((error: unknown) => log.error("open calls cannot be looked at", { error }))
      .then(() => {
        if (ending.signal.aborted) return;
        timer = setTimeout(run, pause);
        timer.unref();
        pause = Math.min(2 * pause, everyMs);
      });
  }

  return {
    round,
    prepare: () => till.takeUp(now()),
    start: run,
    async stop() {
      ending.abort();
      clearTimeout(timer);
      await current;
    },
  };
}
