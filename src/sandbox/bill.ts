/** Enters what a finished generation cost, whichever way it was asked for. */
import type { Fal } from "./fal.ts";
import { priceOf } from "./price.ts";
import type { Outcome, Work } from "./work.ts";

export function bill({ ledger }: Fal, work: Work, outcome: Outcome): void {
  if (work.model === "path") return;
  const { unit, unitPrice } = priceOf(work.model);
  // An error may be billed all the same; its header tells.
  const units = outcome.fault
    ? Number(outcome.fault.headers["X-Fal-Billable-Units"] ?? 0)
    : outcome.units;
  const { id: requestId, endpoint, key } = work;
  ledger.charge({ requestId, endpoint, key, units, unit, unitPrice });
}
