/** When a key ends, as people write it: `90d`, or a date. */

const DAY_MS = 24 * 60 * 60_000;
const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 60 * 60_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};

/** A hundred years: what is meant to last longer needs no end. */
const LONGEST_MS = 100 * UNITS.y!;

const DATE = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Milliseconds since 1970.
 * @throws {Error} whose message says what is wrong, as what follows the parameter's name.
 */
export function readExpiry(text: string, now: number): number {
  const end = DATE.test(text) ? Date.parse(text) : now + span(text);
  if (Number.isNaN(end)) throw new Error("is no date that there is");
  if (end <= now) throw new Error("must lie in the future");
  if (end > now + LONGEST_MS) throw new Error("must be at most 100 years from now");
  return end;
}

function span(text: string): number {
  const [, count = "", unit = ""] = /^(-?[\d.]+)([a-z]*)$/i.exec(text) ?? [];
  const example = "write it as 90d, 12h or 2027-01-31";
  if (count === "" || Number.isNaN(Number(count))) throw new Error(`is no time; ${example}`);
  const length = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (length === undefined) {
    const said = unit === "" ? "has no unit" : `has the unknown unit '${unit}'`;
    throw new Error(`${said}; ${example}`);
  }
  return Math.round(Number(count) * length);
}
