/** How long fal remembers a result: less long when it is large. */
import type { Settings } from "./options.ts";
import type { Outcome } from "./work.ts";

const hour = 3_600_000;
const sixMinutes = 360_000;
const large = 10 * 1024;

export function forgetAfter(settings: Settings, outcome: Outcome): number {
  if (settings.forgetAfter !== undefined) return settings.forgetAfter;
  if (outcome.fault) return hour;
  return JSON.stringify(outcome.output).length >= large ? sixMinutes : hour;
}
