/** The database of a command, as its configuration says. */
import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { StoreError } from "../store/error.ts";

/** PostgreSQL where `DATABASE_URL` names one, else SQLite in `dir`. Throws ConfigError. */
export function openStore({ databaseUrl }: Config, dir: string, log: Log): Promise<Database> {
  return openDatabase({ url: databaseUrl, dir, log }).catch((error: unknown) => {
    throw error instanceof StoreError ? new ConfigError(error.message) : error;
  });
}
