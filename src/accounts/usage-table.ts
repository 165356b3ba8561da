/** A report of the books as a table: the same columns in JSON and in CSV. */
import { invalidRequest } from "../openai/error.ts";
import type { UsageRecord } from "../store/usage/record.ts";
import type { Span, Sum, UsageReport } from "../store/usage/report.ts";
import type { UsageQuery } from "./usage-query.ts";

export type UsageLine = Readonly<Record<string, string | number | null>>;

export interface UsageTable {
  lines: readonly UsageLine[];
  total: UsageLine;
  /** There are more than the limit lets through. */
  hasMore: boolean;
}

/** `nameOf`: how people know the key of that id. */
export async function usageTable(
  report: UsageReport,
  query: UsageQuery,
  owner: string | undefined,
  nameOf: (id: string) => string | null,
): Promise<UsageTable> {
  const span: Span = { ...query.span, owner };
  const [all] = await report.sums(span, [], 1);
  const total = all ? summed(all) : {};
  if (query.by === "call") {
    const after = query.after === undefined ? undefined : await report.find(query.after);
    const known = after && (owner === undefined || after.owner === owner);
    if (query.after !== undefined && !known) {
      throw invalidRequest(`There is no call '${query.after}' to list after.`, "after");
    }
    const calls = await report.calls(span, query.limit + 1, after);
    const lines = calls.slice(0, query.limit).map((record) => lineOf(record, nameOf));
    return { lines, total, hasMore: calls.length > query.limit };
  }
  const sums = await report.sums(span, query.by, query.limit + 1);
  const lines = sums
    .slice(0, query.limit)
    .map((sum) => ({ ...grouped(sum, nameOf), ...summed(sum) }));
  return { lines, total, hasMore: sums.length > query.limit };
}

const DAY_MS = 24 * 60 * 60_000;
const dollars = (micro: number) => micro / 1e6;
const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

function grouped({ group }: Sum, nameOf: (id: string) => string | null): UsageLine {
  const { key, day, ...others } = group;
  return {
    ...(key === undefined ? {} : { key, name: nameOf(String(key)) }),
    ...(day === undefined
      ? {}
      : { day: new Date(Number(day) * DAY_MS).toISOString().slice(0, 10) }),
    ...others,
  };
}

const summed = ({ calls, failed, cost, inputTokens, outputTokens }: Sum): UsageLine => ({
  ...{ calls, failed },
  cost_usd: dollars(cost),
  input_tokens: inputTokens,
  output_tokens: outputTokens,
});

const lineOf = (call: UsageRecord, nameOf: (id: string) => string | null): UsageLine => ({
  id: call.id,
  time: time(call.openedAt),
  key: call.owner,
  name: nameOf(call.owner),
  route: call.route,
  model: call.model,
  endpoint: call.endpoint,
  trace: call.trace,
  request_id: call.requestId,
  state: call.state,
  // Of an open one it is only what was expected.
  units: call.state === "open" ? null : call.units,
  unit: call.unit,
  unit_price_usd: call.unitPrice,
  cost_usd: dollars(call.cost),
  held_usd: dollars(call.held),
  input_tokens: call.inputTokens,
  output_tokens: call.outputTokens,
  latency_ms: call.latencyMs,
  queue_ms: call.queueMs,
  ended: time(call.endedAt),
});
