/** What every call has cost: known at once, written a moment later, and each call once. */
import type { TransactionSQL } from "bun";
import type { Kind, WriteBehind } from "../batch.ts";
import type { Database } from "../database.ts";
import { fromRow, toRow, type UsageRecord, type UsageRow } from "./record.ts";
import { sweepUsage } from "./sweep.ts";
import { createUsageReport, type UsageReport } from "./report.ts";
import { inRuns } from "../runs.ts";

/** A report sees what was told before it is asked for. */
export interface UsageStore extends UsageReport {
  /**
   * Takes what is known of a call. The first end of a call stays, whoever tells it; an open call may
   * be told of again.
   */
  write(record: UsageRecord): void;
  /**
   * Calls whose end is not known, opened before `before`, oldest first, after the one that is given.
   * Without those that hold no money and belong to a request that is pending: whoever sees the end of
   * that tells theirs.
   */
  open(
    before: number,
    limit: number,
    after?: Pick<UsageRecord, "openedAt" | "id">,
  ): Promise<UsageRecord[]>;
  /**
   * Micro-USD that ended calls have cost which were opened at `from` or later, written or not, also
   * those that are forgotten. `from` is the beginning of a day of UTC.
   */
  spent(owner: string, from: number): Promise<number>;
  /** Forgets calls that were over before `before`, but not what they have cost; resolves to how many. */
  sweep(before: number): Promise<number>;
  /** Waits until all that was told so far is written. */
  flush(): Promise<unknown>;
}

export interface UsageOptions {
  database: Database;
  writes: WriteBehind;
}

export function createUsage({ database, writes }: UsageOptions): UsageStore {
  const report = createUsageReport(database);
  /** Not in the database yet. */
  const unwritten = new Map<string, UsageRecord>();

  const rows: Kind<UsageRecord> = {
    name: "usage",
    write: upsert,
    written: (records) => records.forEach(clean),
    lost: clean,
  };

  function clean(record: UsageRecord): void {
    if (unwritten.get(record.id) === record) unwritten.delete(record.id);
  }

  return {
    write(record) {
      unwritten.set(record.id, record);
      // Many that wait are the database's trouble, and no reason to hold up who has paid already.
      void writes.enqueue(rows, record, ROW_BYTES);
    },

    async open(before, limit, after = { openedAt: -1, id: "" }) {
      await writes.flush();
      const page = await database.sql<UsageRow[]>`
        select * from usage
        where state = 'open' and opened_at < ${before} and (opened_at, id) > (${after.openedAt}, ${after.id})
          and (held > 0 or not exists (
            select 1 from fal_requests
            where fal_requests.request_id = usage.request_id and fal_requests.state = 'pending'))
        order by opened_at, id limit ${limit}`;
      return page.map(fromRow);
    },

    async spent(owner, from) {
      await writes.flush();
      // Told while the query is on its way: added from here, and left out there.
      const told = [...unwritten.values()].filter(
        (record) => record.owner === owner && record.openedAt >= from && record.state !== "open",
      );
      const ids = JSON.stringify(told.map(({ id }) => id));
      const [row] = await database.sql<{ cost: string | number | null }[]>`
        select (
          select coalesce(sum(cost), 0) from usage
          where owner = ${owner} and opened_at >= ${from}
            and id not in (select value from ${elements(database, ids)})
        ) + (
          select coalesce(sum(cost), 0) from usage_days
          where owner = ${owner} and day >= ${Math.floor(from / DAY_MS)}
        ) as cost`;
      return told.reduce((sum, { cost }) => sum + cost, Number(row?.cost ?? 0));
    },

    async sums(...asked) {
      await writes.flush();
      return report.sums(...asked);
    },
    async calls(...asked) {
      await writes.flush();
      return report.calls(...asked);
    },
    async find(id) {
      await writes.flush();
      return report.find(id);
    },
    async sweep(before) {
      await writes.flush();
      return sweepUsage(database, before);
    },
    flush: () => writes.flush(),
  };
}

/** The members of a JSON array as rows, in either engine's words. */
const elements = ({ engine, sql }: Database, json: string) =>
  engine === "SQLite"
    ? sql`json_each(${json})`
    : sql`json_array_elements_text(${json}::text::json) as told(value)`;

const DAY_MS = 24 * 60 * 60_000;

/** What a row takes, roughly. */
const ROW_BYTES = 400;

async function upsert(tx: TransactionSQL, records: readonly UsageRecord[]): Promise<void> {
  // One statement may not touch a row twice, and the first end of a call is the one that counts.
  const rows = [...lastOf(records).values()].map(toRow);
  for (const run of inRuns(rows)) {
    await tx`
      insert into usage ${tx(run)}
      on conflict (id) do update set
        cost = excluded.cost,
        state = excluded.state,
        held = excluded.held,
        endpoint = excluded.endpoint,
        request_id = excluded.request_id,
        fal_key = excluded.fal_key,
        ended_at = excluded.ended_at,
        latency_ms = excluded.latency_ms,
        queue_ms = excluded.queue_ms,
        units = excluded.units,
        unit = excluded.unit,
        unit_price = excluded.unit_price,
        input_tokens = excluded.input_tokens,
        output_tokens = excluded.output_tokens
      where usage.state = 'open'`;
  }
}

function lastOf(records: readonly UsageRecord[]): Map<string, UsageRecord> {
  const last = new Map<string, UsageRecord>();
  for (const record of records) {
    const before = last.get(record.id);
    if (!before || before.state === "open") last.set(record.id, record);
  }
  return last;
}
