/** One stage of a task: its calls side by side, the next endpoint where fal has retired one. */
import type { Endpoint } from "../../models/catalog.ts";
import type { Plan } from "../plan.ts";
import type { Retired } from "../run.ts";
import type { Settled } from "../settled.ts";
import { CallError, Halted, OUTCOME_UNKNOWN } from "./failure.ts";
import type { Made } from "./finish.ts";
import type { Ledger } from "./ledger.ts";
import { slotOf } from "./slot.ts";

export type Stage = "generate" | "upscale";

/** Endpoints that fal does not know any more are passed over for an hour. */
const RETIRED_MS = 60 * 60_000;

export interface StageOptions {
  ledger: Ledger;
  retired: Retired;
  now(): number;
}

/** Rejects with CallError when nothing was made, and with Halted when it is to be taken up later. */
export async function carryOut(stage: Stage, plan: Plan, options: StageOptions): Promise<Settled> {
  const { ledger, retired, now } = options;
  const endpoints = inOrder(plan, ledger.tried(stage), (id) => (retired.get(id) ?? 0) > now());
  for (const [index, endpoint] of endpoints.entries()) {
    const { calls, adjusted } = plan.fit(endpoint);
    const outcomes = await Promise.allSettled(
      calls.map(({ input }, number) =>
        ledger.call(slotOf(stage, endpoint.id, number), endpoint.id, input),
      ),
    );
    const failures = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    const other = failures.find((reason) => !(reason instanceof CallError));
    if (other && (other instanceof Halted || failures.length === outcomes.length)) throw other;
    if (failures.length < outcomes.length) return settled(endpoint, calls, outcomes, adjusted);
    const gone = failures.every((reason) => reason instanceof CallError && reason.fault.gone);
    if (gone) retired.set(endpoint.id, now() + RETIRED_MS);
    if (!gone || index === endpoints.length - 1) throw worst(failures);
  }
  throw new CallError(OUTCOME_UNKNOWN);
}

/** What was begun before a restart comes first; when all of the rest seems retired, it is tried again. */
function inOrder(plan: Plan, tried: readonly string[], isRetired: (id: string) => boolean) {
  const begun = tried.flatMap((id) => plan.endpoints.find((endpoint) => endpoint.id === id) ?? []);
  const rest = plan.endpoints.filter((endpoint) => !begun.includes(endpoint));
  const alive = rest.filter(({ id }) => !isRetired(id));
  return [...begun, ...(alive.length > 0 || begun.length > 0 ? alive : rest)];
}

function settled(
  endpoint: Endpoint,
  calls: readonly { input: Record<string, unknown> }[],
  outcomes: readonly PromiseSettledResult<Made>[],
  adjusted: readonly string[],
): Settled {
  const made = outcomes.flatMap((outcome, index) =>
    outcome.status === "fulfilled" ? [{ ...outcome.value, input: calls[index]!.input }] : [],
  );
  const units = made.reduce((sum, each) => sum + each.units, 0);
  return { endpoint, results: made, adjusted, units, upstreamMs: 0 };
}

/** An unknown outcome says more than a refusal: somebody may have been billed. */
function worst(failures: readonly unknown[]): unknown {
  const code = (reason: unknown) => (reason instanceof CallError ? reason.fault.error.code : null);
  return failures.find((reason) => code(reason) === OUTCOME_UNKNOWN.error.code) ?? failures[0];
}
