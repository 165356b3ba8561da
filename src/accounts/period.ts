/** The calendar of budgets: UTC's days, weeks from Monday on, months and years. */
import type { Budget, Period } from "./limits.ts";

/** Milliseconds since 1970 of the period's beginning; `total` began before everything. */
export function startOf(period: Period, now: number): number {
  const at = new Date(now);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (period === "day") return Date.UTC(year, month, day);
  if (period === "week") return Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7));
  if (period === "month") return Date.UTC(year, month);
  return period === "year" ? Date.UTC(year, 0) : 0;
}

/** When it begins anew; never, for `total`. */
export function endOf(period: Period, now: number): number | undefined {
  const at = new Date(startOf(period, now));
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (period === "day") return Date.UTC(year, month, day + 1);
  if (period === "week") return Date.UTC(year, month, day + 7);
  if (period === "month") return Date.UTC(year, month + 1);
  return period === "year" ? Date.UTC(year + 1, 0) : undefined;
}

/** One owner's budget of one period, as it is counted: `key-1 month 2026-08-01`. */
export function budgetName(owner: string, { period }: Budget, now: number): string {
  const from = new Date(startOf(period, now)).toISOString().slice(0, 10);
  return period === "total" ? `${owner} total` : `${owner} ${period} ${from}`;
}
