/** Budgets as people write them: `20usd/month`. */
import { type Budget, PERIODS, type Period } from "./limits.ts";

const WRITTEN = /^(-?[\d.,]+)\s*([a-z$€£]*)\s*(?:\/\s*([a-z]+))?$/i;

/** A thousand million dollars: counted in millionths, it is still a whole number to JavaScript. */
const MOST_USD = 1e9;

/** @throws {Error} whose message says what is wrong, as what follows the parameter's name. */
export function readBudget(text: string): Budget {
  const [, digits = "", unit = "", per] = WRITTEN.exec(text.trim().replace(/^\$\s*/, "")) ?? [];
  const example = "write it as 20usd/month";
  const amount = digits.includes(",") ? Number.NaN : Number(digits);
  if (digits === "" || Number.isNaN(amount)) throw new Error(`is no amount; ${example}`);
  const known = /^(usd|)$/i.test(unit) && (unit !== "" || text.trim().startsWith("$"));
  if (!known) {
    const said = unit === "" ? "has no unit" : `has the unknown unit '${unit}'`;
    throw new Error(`${said}; fal bills in US dollars: ${example}`);
  }
  if (amount < 0) throw new Error("must not be negative");
  if (amount > MOST_USD) throw new Error(`must be at most ${MOST_USD}usd`);
  const period = (per ?? "total").toLowerCase();
  if (!isPeriod(period)) {
    throw new Error(`has the unknown period '${per}'; there are ${PERIODS.join(", ")}`);
  }
  return { microUsd: Math.round(amount * 1e6), period };
}

/** The same the other way round; what is for the key's whole life goes without a period. */
export function budgetText({ microUsd, period }: Budget): string {
  const amount = `${microUsd / 1e6}usd`;
  return period === "total" ? amount : `${amount}/${period}`;
}

const isPeriod = (text: string): text is Period => (PERIODS as readonly string[]).includes(text);
