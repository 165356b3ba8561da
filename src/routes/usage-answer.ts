/** A report of the books on its way out: as JSON, or as a table for spreadsheets. */
import { readUsageQuery, type UsageQuery } from "../accounts/usage-query.ts";
import type { UsageTable } from "../accounts/usage-table.ts";
import { csv, wantsCsv } from "../http/csv.ts";
import type { Dimension } from "../store/usage/report.ts";

/** `by`: what it is grouped by where the request does not say. Throws 400. */
export const queryOf = ({ url }: Request, by: readonly Dimension[]) =>
  readUsageQuery(new URL(url).searchParams, { by, now: Date.now() });

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export function answered(
  { headers }: Request,
  { span, format }: UsageQuery,
  { lines, total, hasMore }: UsageTable,
  more: object = {},
): Response {
  if (!wantsCsv(format, headers.get("accept"))) {
    const { from, to } = span;
    const about = { object: "list", from: day(from), to: day(to - 1) };
    return Response.json({ ...about, data: lines, total, has_more: hasMore, ...more });
  }
  const names = Object.keys(lines[0] ?? total);
  const rows = lines.map((line) => names.map((name) => line[name] ?? null));
  return new Response(csv(names, rows), {
    headers: { "content-type": "text/csv; charset=utf-8; header=present" },
  });
}
