/** Ids of the Jimeng relay: `cgt-20250829165122-qkwch`. */
import { LOWER, randomOf } from "../random.ts";

/** Date and time in UTC, five small letters or digits. */
export function jimengId(now: number = Date.now()): string {
  const time = new Date(now).toISOString().replace(/\D/g, "").slice(0, 14);
  return `cgt-${time}-${randomOf(LOWER, 5)}`;
}
