/** What a report of the books is asked for in a query: which days, whose, and grouped by what. */
import { invalidRequest } from "../openai/error.ts";
import { type Dimension, DIMENSIONS, type Span } from "../store/usage/report.ts";
import { startOf } from "./period.ts";

export interface UsageQuery {
  span: Pick<Span, "from" | "to" | "model">;
  /** Nothing: call by call. */
  by: readonly Dimension[] | "call";
  /** A client key's id or name. */
  key: string | undefined;
  limit: number;
  /** A call's id: the page begins after it. */
  after: string | undefined;
  format: "json" | "csv" | undefined;
}

const PARAMS = new Set(["from", "to", "by", "key", "model", "limit", "after", "format"]);
const DAY_MS = 24 * 60 * 60_000;
const MOST = 10_000;
const USUAL = 1000;

/** @throws {ApiError} 400 that names the parameter. */
export function readUsageQuery(
  query: URLSearchParams,
  { by, now }: { by: readonly Dimension[]; now: number },
): UsageQuery {
  for (const param of query.keys()) {
    if (PARAMS.has(param)) continue;
    throw invalidRequest(`There is no '${param}'. There are ${[...PARAMS].join(", ")}.`, param);
  }
  const from = dayOf(query, "from") ?? startOf("month", now);
  const last = dayOf(query, "to");
  // The last day is in it, whole.
  const to = (last ?? startOf("day", now)) + DAY_MS;
  if (to <= from) throw invalidRequest("'to' must not be before 'from'.", "to");
  return {
    span: { from, to, model: text(query, "model") },
    by: dimensionsOf(query) ?? by,
    key: text(query, "key"),
    limit: limitOf(query),
    after: text(query, "after"),
    format: formatOf(query),
  };
}

const text = (query: URLSearchParams, param: string) => query.get(param) || undefined;

/** `2026-08-31`, of UTC. */
function dayOf(query: URLSearchParams, param: "from" | "to"): number | undefined {
  const given = text(query, param);
  if (given === undefined) return undefined;
  const day = /^\d{4}-\d\d-\d\d$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN;
  // What is no day, such as the 31st of June, becomes another one or none.
  if (!Number.isNaN(day) && new Date(day).toISOString().startsWith(given)) return day;
  throw invalidRequest(`'${param}' must be a day of UTC such as 2026-08-31.`, param);
}

function dimensionsOf(query: URLSearchParams): readonly Dimension[] | "call" | undefined {
  const given = text(query, "by");
  if (given === undefined || given === "call") return given;
  const names = [...new Set(given.split(",").map((name) => name.trim()))];
  const wrong = names.find((name) => !(DIMENSIONS as readonly string[]).includes(name));
  if (wrong === undefined) return names as Dimension[];
  const message = `'by' must be call, or some of ${DIMENSIONS.join(", ")} between commas; '${wrong}' is neither.`;
  throw invalidRequest(message, "by");
}

function limitOf(query: URLSearchParams): number {
  const given = text(query, "limit");
  const limit = given === undefined ? USUAL : Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw invalidRequest(`'limit' must be a whole number from 1 to ${MOST}.`, "limit");
}

function formatOf(query: URLSearchParams): UsageQuery["format"] {
  const given = text(query, "format");
  if (given === undefined || given === "json" || given === "csv") return given;
  throw invalidRequest("'format' must be json or csv.", "format");
}
