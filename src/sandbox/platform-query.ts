/** What the platform's calls share: naming endpoints, pages, and its form of an error. */
import type { Call } from "./call.ts";
import { json } from "./reply.ts";

const usualLimit = 50;
const mostLimit = 1000;
/** Endpoint ids that one call may name. */
export const mostIds = 50;

export function fault(status: number, type: string, message: string): Response {
  return json(status, { error: { type, message } });
}

export function named(call: Call): string[] {
  return call.query
    .getAll("endpoint_id")
    .flatMap((each) => each.split(","))
    .filter(Boolean);
}

export function pageOf<T>(all: readonly T[], query: URLSearchParams) {
  const asked = Number(query.get("limit") ?? usualLimit);
  const limit = asked >= 1 ? Math.min(mostLimit, Math.floor(asked)) : usualLimit;
  const from = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString()) || 0;
  const end = from + limit;
  const has_more = end < all.length;
  const next_cursor = has_more ? Buffer.from(String(end)).toString("base64url") : null;
  return { page: all.slice(from, end), next_cursor, has_more };
}
