/** Client keys in the database: made, listed, revoked, and read again as far as they have changed. */
import type { TransactionSQL } from "bun";
import type { Database } from "../database.ts";
import { type KeyRecord, type KeyRow, keyOf, keyRow, type NewKey } from "./key.ts";

export interface KeyStore {
  /** False where a key of that name lives. */
  insert(key: NewKey): Promise<boolean>;
  /** Whether there is one, or ever was. */
  any(): Promise<boolean>;
  /** All there ever were, oldest first. */
  list(): Promise<KeyRecord[]>;
  /** The key as it is then, or nothing where there is none of that id. What is revoked stays so. */
  revoke(id: string, now: number): Promise<KeyRecord | undefined>;
  /** Remembers that these have expired. */
  expire(ids: readonly string[], now: number): Promise<void>;
  /** What has changed after that revision, in order. From 0 on it is everything. */
  changedSince(revision: number): Promise<KeyRecord[]>;
}

/** Any number, as long as every falgate takes the same: "keys" in ASCII. */
const WRITING_LOCK = 0x6b657973;

export function createKeyStore(database: Database): KeyStore {
  /** One writer at a time: a revision is seen by all before there is a higher one. */
  const alone = <T>(work: (tx: TransactionSQL) => Promise<T>): Promise<T> =>
    database.transaction(async (tx) => {
      if (database.engine === "PostgreSQL") await tx`select pg_advisory_xact_lock(${WRITING_LOCK})`;
      return work(tx);
    });

  async function next(tx: TransactionSQL): Promise<number> {
    const [row] = await tx<{ last: string | number | null }[]>`
      select max(revision) as last from client_keys`;
    return Number(row?.last ?? 0) + 1;
  }

  return {
    insert: (key) =>
      alone(async (tx) => {
        const row = { ...keyRow(key), revision: await next(tx) };
        const rows = await tx<KeyRow[]>`
          insert into client_keys ${tx(row)}
          on conflict (name) where revoked_at is null do nothing returning id`;
        return rows.length > 0;
      }),

    async any() {
      const rows = await database.sql`select 1 from client_keys limit 1`;
      return rows.length > 0;
    },

    async list() {
      const rows = await database.sql<KeyRow[]>`
        select * from client_keys order by created_at, id`;
      return rows.map(keyOf);
    },

    revoke: (id, now) =>
      alone(async (tx) => {
        // A client's path may hold anything, and PostgreSQL refuses a NUL.
        if (id.includes("\0")) return undefined;
        await tx`
          update client_keys set revoked_at = ${now}, revision = ${await next(tx)}
          where id = ${id} and revoked_at is null`;
        const [row] = await tx<KeyRow[]>`select * from client_keys where id = ${id}`;
        return row && keyOf(row);
      }),

    expire: (ids, now) =>
      alone(async (tx) => {
        for (const id of ids) {
          await tx`
            update client_keys set expired_at = ${now}, revision = ${await next(tx)}
            where id = ${id} and expired_at is null`;
        }
      }),

    async changedSince(revision) {
      const rows = await database.sql<KeyRow[]>`
        select * from client_keys where revision > ${revision} order by revision`;
      return rows.map(keyOf);
    },
  };
}
