/** The database that holds falgate's state: SQLite in `DATA_DIR`, or PostgreSQL, behind one door. */
import { SQL, type TransactionSQL } from "bun";
import { chmod, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { explain, StoreError } from "./error.ts";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migration.ts";
import { MIGRATIONS } from "./migrations.ts";
import { createSync } from "./sync.ts";

export interface Database {
  readonly engine: "SQLite" | "PostgreSQL";
  /** The database in words that name no password: "SQLite in ./data/falgate.db". */
  readonly where: string;
  /** For reading. It sees what is committed; on SQLite it cannot write. */
  readonly sql: SQL;
  /** All or nothing. On SQLite one at a time, also between processes. */
  transaction<T>(work: (tx: TransactionSQL) => Promise<T>): Promise<T>;
  /** Waits until what was committed would outlive a power cut. */
  durable(): Promise<void>;
  /** What lets two programs take rows from one table without waiting for each other. */
  readonly skipLocked: "" | "for update skip locked";
  /** Whether it answers now; a `no` is logged with its cause. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://…`; without it SQLite is used. */
  url?: string | undefined;
  /** Where SQLite's `falgate.db` lives, created as 0700; ":memory:" keeps it nowhere. */
  dir: string;
  log: Log;
  /** The schema's steps, for tests. */
  migrations?: readonly Migration[];
}

/** Opens, creates and migrates it. Rejects with a `StoreError` that says what to do. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = options.url ? postgres(options.url, options.log) : await sqlite(options);
  try {
    const alone = <T>(work: (tx: TransactionSQL) => Promise<T>) =>
      database.transaction(async (tx) => {
        if (database.engine === "PostgreSQL")
          await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
        return work(tx);
      });
    const applied = await migrate(
      { where: database.where, alone },
      options.migrations ?? MIGRATIONS,
    );
    if (applied > 0) options.log.debug("database migrated", { database: database.where, applied });
    return database;
  } catch (fault) {
    await database.close();
    throw explain(fault, database.where);
  }
}

/** Any number, as long as every falgate takes the same: "falg" in ASCII. */
const MIGRATION_LOCK = 0x66616c67;

/** How long SQLite, which waits without letting anything else run, waits for another process. */
const BUSY_MS = 2_000;

async function sqlite({ dir, log }: DatabaseOptions): Promise<Database> {
  const memory = dir === ":memory:";
  const filename = memory ? dir : await prepared(dir);
  const where = memory ? "SQLite in memory" : `SQLite in ${filename}`;
  const opened: SQL[] = [];
  const connect = async (readonly: boolean, pragmas: readonly string[]): Promise<SQL> => {
    const sql = new SQL({ adapter: "sqlite", filename, readonly });
    opened.push(sql);
    for (const pragma of pragmas) {
      await patiently(() => sql.unsafe(`pragma ${pragma}`));
    }
    return sql;
  };
  try {
    const writer = await connect(false, [
      `busy_timeout = ${BUSY_MS}`,
      "journal_mode = wal",
      // A power cut may lose the last commits, never the database: https://sqlite.org/wal.html
      "synchronous = normal",
      // Requests' ids are random, and so are the pages that they touch: with fewer in memory or in the
      // log (pages of 4 KB; a cache in KB where negative) each would be read and written again and again.
      "cache_size = -16000",
      "wal_autocheckpoint = 4000",
      "foreign_keys = on",
    ]);
    // Bun runs a plain query inside whatever transaction is open on its connection, so that
    // readers get a connection of their own. A database in memory has but one.
    const reader = memory ? writer : await connect(true, [`busy_timeout = ${BUSY_MS}`]);
    return {
      engine: "SQLite",
      where,
      sql: reader,
      // Taking the lock at once, not at the first write, is what makes waiting for it possible.
      transaction: (work) => writer.begin("immediate", work),
      durable: memory ? async () => {} : createSync(`${filename}-wal`),
      skipLocked: "",
      ready: () => answers(reader, where, log),
      close: async () => {
        for (const sql of opened.reverse()) await sql.close();
      },
    };
  } catch (fault) {
    for (const sql of opened) await sql.close();
    throw explain(fault, where);
  }
}

/**
 * Two programs that turn one new database to WAL at the same time trip over each other's files, and
 * SQLite reports that at once instead of waiting as it does for a lock.
 */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + BUSY_MS; ;) {
    try {
      await work();
      return;
    } catch (fault) {
      const code = (fault as { code?: unknown }).code;
      if (code !== "SQLITE_IOERR_DELETE_NOENT" && code !== "SQLITE_BUSY") throw fault;
      if (Date.now() > until) throw fault;
      await Bun.sleep(20);
    }
  }
}

/** The database's path, in a directory that exists, in a file that only its owner reads. */
async function prepared(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (fault) {
    throw explain(fault, `the directory ${dir}`);
  }
  const filename = join(dir, "falgate.db");
  try {
    // SQLite gives the files beside it the same mode.
    const file = await open(filename, "a", 0o600);
    await file.close();
    await chmod(filename, 0o600).catch(() => {}); // somebody else's file that we may write
    return filename;
  } catch (fault) {
    throw explain(fault, filename);
  }
}

function postgres(url: string, log: Log): Database {
  const { host, database } = address(url);
  const where = `PostgreSQL at ${host}/${database}`;
  // The name is given apart from the URL because Bun lets PGDATABASE override the URL's.
  const sql = new SQL(url, { adapter: "postgres", database, connectionTimeout: 10 });
  return {
    engine: "PostgreSQL",
    where,
    sql,
    transaction: (work) => sql.begin(work),
    // PostgreSQL has synced it before it answers a commit.
    durable: async () => {},
    skipLocked: "for update skip locked",
    ready: () => answers(sql, where, log),
    close: () => sql.close({ timeout: 5 }),
  };
}

function address(url: string): { host: string; database: string } {
  const parsed = URL.parse(url);
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new StoreError("DATABASE_URL must have the form postgres://user:password@host/database");
  }
  const database = decodeURIComponent(parsed.pathname.slice(1)) || parsed.username;
  return { host: parsed.host || "localhost", database };
}

/** A database that is down may not answer at all; whoever asks whether it is ready cannot wait. */
const READY_MS = 2_000;

async function answers(sql: SQL, where: string, log: Log): Promise<boolean> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer in time")), READY_MS);
  try {
    await Promise.race([sql`select 1`, late.promise]);
    return true;
  } catch (error) {
    log.warn("database does not answer", { database: where, error });
    return false;
  } finally {
    clearTimeout(timer);
  }
}
