/** A task's calls at fal: each written down before it is made and after, and never made twice. */
import { createEntries } from "./entries.ts";
import { CallError, type Fault } from "./failure.ts";
import { createFinisher, type Made } from "./finish.ts";
import type { LedgerOptions } from "./ledger-parts.ts";
import type { Sight, Sights } from "./progress.ts";
import { recover } from "./recover.ts";
import { createSubmit } from "./submit.ts";

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

export function createLedger(options: LedgerOptions): Ledger {
  const sights: Sights = new Map();
  const entries = createEntries(options);
  const submit = createSubmit(options, entries, sights);
  const finisher = createFinisher(options, entries, sights);

  return {
    async call(slot, endpoint, input) {
      const before = entries.of(slot);
      if (before?.state === "done") return { output: before.output, units: before.units };
      if (before?.state === "failed" || before?.state === "unknown") {
        throw new CallError(before.error as Fault);
      }
      const open =
        before && before.state !== "refused" ? before : await submit(slot, endpoint, input);
      const submitted = open.state === "submitting" ? await recover(open, options, entries) : open;
      return finisher.finish(submitted);
    },

    async once(slot, endpoint, work) {
      const before = entries.of(slot);
      if (before) return before.output as undefined;
      const record = await entries.begin(slot, endpoint, {});
      const output = await work();
      await entries.step(record, "done", { output });
      return output;
    },

    tried: (stage) => [
      ...new Set(
        entries
          .all()
          .filter(({ slot }) => slot.startsWith(`${stage} `))
          .map(({ endpoint }) => endpoint),
      ),
    ],
    sights: () => [...sights.values()],
    cancel: finisher.cancel,
  };
}
