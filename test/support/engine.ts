/** The database of this run: SQLite, or the PostgreSQL that `TEST_DATABASE` has the address of. */
import { describe } from "bun:test";
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

/** Tests that say something of SQLite itself: where the run is about PostgreSQL they are none of it. */
export function aboutSqlite(name: string, tests: () => void): void {
  if (!onPostgres) describe(name, tests);
}
