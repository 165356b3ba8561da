/** The books added up: by key, model, endpoint, route, day or state, or call by call. */
import type { Database } from "../database.ts";
import { fromRow, type UsageRecord, type UsageRow } from "./record.ts";

/** What a report may be grouped by, and the column or expression that says it. */
const COLUMNS = {
  key: "owner",
  model: "model",
  endpoint: "endpoint",
  route: "route",
  day: "opened_at / 86400000",
  state: "state",
} as const;

export type Dimension = keyof typeof COLUMNS;

export const DIMENSIONS = Object.keys(COLUMNS) as readonly Dimension[];

export interface Span {
  /** Milliseconds since 1970, the end not included. */
  from: number;
  to: number;
  owner?: string | undefined;
  model?: string | undefined;
}

export interface Sum {
  /** The value of each dimension; of a day, how many there were since 1970. */
  group: Partial<Record<Dimension, string | number>>;
  calls: number;
  /** Of these, those that came to nothing. */
  failed: number;
  /** Micro-USD. */
  cost: number;
  inputTokens: number;
  outputTokens: number;
}

export interface UsageReport {
  /** In the order of their dimensions. Without any, one sum of all. */
  sums(span: Span, by: readonly Dimension[], limit: number): Promise<Sum[]>;
  /** Latest first, after the call that is given. */
  calls(
    span: Span,
    limit: number,
    after?: Pick<UsageRecord, "openedAt" | "id">,
  ): Promise<UsageRecord[]>;
  find(id: string): Promise<UsageRecord | undefined>;
}

type Read = Readonly<Record<string, string | number | null>>;

export function createUsageReport({ sql }: Pick<Database, "sql">): UsageReport {
  const within = ({ from, to, owner, model }: Span) => sql`
    opened_at >= ${from} and opened_at < ${to}
    ${owner === undefined ? sql`` : sql`and owner = ${owner}`}
    ${model === undefined ? sql`` : sql`and model = ${model}`}`;

  return {
    async sums(span, by, limit) {
      const columns = by.map((dimension) => COLUMNS[dimension]).join(", ");
      const named = by.map((dimension) => `${COLUMNS[dimension]} as by_${dimension}, `).join("");
      const rows = await sql<Read[]>`
        select ${sql.unsafe(named)}
          count(*) as calls,
          sum(case when state in ('open', 'completed') then 0 else 1 end) as failed,
          sum(cost) as cost,
          sum(input_tokens) as input_tokens,
          sum(output_tokens) as output_tokens
        from usage where ${within(span)}
        ${columns === "" ? sql`` : sql`group by ${sql.unsafe(columns)} order by ${sql.unsafe(columns)}`}
        limit ${limit}`;
      return rows.map((row) => sumOf(row, by));
    },

    async calls(span, limit, after) {
      const { openedAt = Number.MAX_SAFE_INTEGER, id = "" } = after ?? {};
      const rows = await sql<UsageRow[]>`
        select * from usage
        where ${within(span)} and (opened_at, id) < (${openedAt}, ${id})
        order by opened_at desc, id desc limit ${limit}`;
      return rows.map(fromRow);
    },

    async find(id) {
      if (id.includes("\0")) return undefined;
      const [row] = await sql<UsageRow[]>`select * from usage where id = ${id}`;
      return row && fromRow(row);
    },
  };
}

function sumOf(row: Read, by: readonly Dimension[]): Sum {
  const group = by.map((dimension) => [dimension, valueOf(row[`by_${dimension}`], dimension)]);
  return {
    group: Object.fromEntries(group) as Sum["group"],
    calls: Number(row.calls),
    failed: Number(row.failed ?? 0),
    cost: Number(row.cost ?? 0),
    inputTokens: Number(row.input_tokens ?? 0),
    outputTokens: Number(row.output_tokens ?? 0),
  };
}

const valueOf = (value: Read[string] | undefined, dimension: Dimension) =>
  dimension === "day" ? Number(value) : String(value);
