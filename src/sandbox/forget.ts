/** How long fal remembers a result: less long when it is large. */
import type { Settings } from "./options.ts";
import type { Outcome } from "./work.ts";

const hour = 3_600_000;
const sixMinutes = 360_000;
const large = 10 * 1024;

/** Characters of the JSON that the result is. */
export function sizeOf(outcome: Outcome): number {
  return JSON.stringify(outcome.fault ? outcome.fault.body : outcome.output).length;
}

export function forgetAfter({ forgetAfter }: Settings, size: number): number {
  return forgetAfter ?? (size >= large ? sixMinutes : hour);
}
