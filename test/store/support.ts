/** Both engines for the store's tests: SQLite always, PostgreSQL where the machine has it. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fields, type Level, type Log, silent } from "../../src/log.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../src/store/database.ts";
import type { FalRequest, KeptResult } from "../../src/store/request.ts";
import { onPostgres } from "../support/engine.ts";
import { freshDatabase, postgresMissing } from "../support/postgres.ts";

/** A place for one test's database, which any number of programs may open. */
export interface Place {
  open(options?: Partial<DatabaseOptions>): Promise<Database>;
  /** The same place for another process. */
  options: { url?: string; dir: string };
}

export interface Engine {
  name: "SQLite" | "PostgreSQL";
  fresh(): Promise<Place>;
}

const made: string[] = [];

/** A directory that goes with `tidy`. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "falgate-store-"));
  made.push(dir);
  return dir;
}

const opener =
  (options: Place["options"]): Place["open"] =>
  (more = {}) =>
    openDatabase({ ...options, log: silent, ...more });

const sqlite: Engine = {
  name: "SQLite",
  fresh: async () => {
    const options = { dir: join(folder(), "data") };
    return { open: opener(options), options };
  },
};

export const postgres: Engine = {
  name: "PostgreSQL",
  fresh: async () => {
    const options = { url: await freshDatabase(), dir: "unused" };
    return { open: opener(options), options };
  },
};

/** Both, or what this run is about. */
export const engines: readonly Engine[] = onPostgres
  ? [postgres]
  : postgresMissing
    ? [sqlite]
    : [sqlite, postgres];
if (postgresMissing) console.log(`the store is not tried on PostgreSQL: ${postgresMissing}`);

/** For each file's `afterAll`. */
export function tidy(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

export const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** The time of the tests. */
export const T0 = 1_800_000_000_000;

/** A request as the gateway brings it. */
export const submitted = (requestId: string, more: Partial<FalRequest> = {}): FalRequest => ({
  requestId,
  owner: "key-anna",
  endpoint: "fal-ai/flux/dev",
  app: "fal-ai/flux",
  falKey: "digest-1",
  createdAt: T0,
  ...more,
});

/** What came of it. */
export const result = (body = '{"images":[]}', more: Partial<KeptResult> = {}): KeptResult => ({
  statusBody: '{"status":"COMPLETED"}',
  status: 200,
  headers: { "x-fal-request-id": "r" },
  body,
  ...more,
});

/** A log that is read afterwards. */
export function listening() {
  const lines: { level: Level; message: string; fields: Fields }[] = [];
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}) => {
      lines.push({ level, message, fields });
    };
  const log: Log = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
  return { log, lines };
}
