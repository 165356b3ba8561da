/** Who follows a task: one program at a time, also where several share a database. */
import type { Database } from "../database.ts";
import { LAST_RANK, type Row, type TaskRecord, taskOf } from "./task.ts";

export interface Leases {
  /** Milliseconds that a lease lasts; 0 where the program has the database to itself. */
  readonly lasts: number;
  /** Takes unfinished tasks that nobody follows, oldest first. */
  take(limit: number): Promise<TaskRecord[]>;
  /** Says that this program still lives; resolves to its tasks whose end was asked for meanwhile. */
  renew(): Promise<readonly string[]>;
  /** Lets others have what is unfinished. */
  release(): Promise<void>;
}

export interface LeasesOptions {
  database: Database;
  /** Names this program among those that share the database. */
  runner: string;
  now?: () => number;
}

const LEASE_MS = 30_000;

export function createLeases({ database, runner, now = Date.now }: LeasesOptions): Leases {
  // A file has one falgate at a time: what another left is free as soon as this one starts.
  const alone = database.engine === "SQLite";
  const lasts = alone ? 0 : LEASE_MS;

  return {
    lasts,
    async take(limit) {
      const lapsed = alone ? Number.MAX_SAFE_INTEGER : now();
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          update tasks set runner = ${runner}, lease_until = ${now() + lasts}
          where id in (
            select id from tasks
            where rank < ${LAST_RANK} and (runner is null
              or (runner <> ${runner} and coalesce(lease_until, 0) < ${lapsed}))
            order by created_at, id limit ${limit} ${tx.unsafe(database.skipLocked)})
          returning *`,
      );
      return rows.map(taskOf);
    },
    async renew() {
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          update tasks set lease_until = ${now() + lasts}
          where runner = ${runner} and rank < ${LAST_RANK} returning id, cancel_asked`,
      );
      return rows.filter((row) => Number(row.cancel_asked) > 0).map((row) => String(row.id));
    },
    async release() {
      await database.transaction(
        (tx) => tx`
          update tasks set runner = null, lease_until = null
          where runner = ${runner} and rank < ${LAST_RANK}`,
      );
    },
  };
}
