/** The database of this run: SQLite, or the PostgreSQL that `TEST_DATABASE` has the address of. */
import { describe } from "bun:test";
import { silent } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { databaseOf } from "./postgres.ts";

export const onPostgres = process.env.TEST_DATABASE !== undefined;

/** What a program with that `DATA_DIR` opens. */
export async function placeOf(dir: string): Promise<{ url?: string; dir: string }> {
  return onPostgres ? { url: await databaseOf(dir), dir } : { dir };
}

/** A program's environment, with what stands for its `DATA_DIR` in this run. */
export async function stored<Env extends Record<string, string | undefined>>(
  env: Env,
): Promise<Env & { DATABASE_URL?: string }> {
  if (!env.DATA_DIR || env.DATABASE_URL) return env;
  const { url } = await placeOf(env.DATA_DIR);
  return url ? { ...env, DATABASE_URL: url } : env;
}

/**
 * After a `kill -9`, as if the half minute had passed in which only the dead program may go on with
 * its tasks. A file belongs to one program, and there the next one takes them at once.
 */
export async function leasesLapse(dir: string): Promise<void> {
  if (!onPostgres) return;
  const database = await openDatabase({ ...(await placeOf(dir)), log: silent });
  await database.transaction((tx) => tx`update tasks set lease_until = 0 where runner is not null`);
  await database.close();
}

/** Tests that say something of SQLite itself: where the run is about PostgreSQL they are none of it. */
export function aboutSqlite(name: string, tests: () => void): void {
  if (!onPostgres) describe(name, tests);
}
