/** Both engines for the store's tests: SQLite always, PostgreSQL where the machine has it. */
import { Glob, SQL } from "bun";
import { chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fields, type Level, type Log, silent } from "../../src/log.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../src/store/database.ts";
import type { FalRequest, KeptResult } from "../../src/store/request.ts";

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

interface Server {
  url: string;
}

const binaries = [
  ...new Glob("usr/lib/postgresql/*/bin/postgres").scanSync({ cwd: "/", onlyFiles: false }),
]
  .map((path) => `/${path}`)
  .concat(Bun.which("postgres") ?? [])[0]
  ?.replace(/\/postgres$/, "");

const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root. */
const asUser = isRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];
const missing = !binaries
  ? "no PostgreSQL on this machine"
  : isRoot && !Bun.which("setpriv")
    ? "PostgreSQL does not run as root, and there is no setpriv"
    : undefined;

const made: string[] = [];

/** A directory that goes with `tidy`. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "falgate-store-"));
  made.push(dir);
  return dir;
}

/** One server for all files of a run: bun runs them in one process. */
const shared = globalThis as { falgatePostgres?: Promise<Server> };

async function startServer(): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "falgate-postgres-"));
  if (isRoot) chownSync(dir, 65534, 65534);
  const data = join(dir, "data");
  const init = Bun.spawn(
    [
      ...asUser,
      join(binaries!, "initdb"),
      "-D",
      data,
      "-U",
      "falgate",
      "-A",
      "trust",
      "--no-sync",
    ].concat("-E", "UTF8", "--locale=C"),
    { cwd: "/", stdout: "ignore", stderr: "pipe" },
  );
  if ((await init.exited) !== 0) throw new Error(await new Response(init.stderr).text());
  const port = await freePort();
  // It ends with the tests, however they end: then its standard input is closed.
  const leash = '"$@" & read -r _; kill -QUIT $!; wait; rm -rf "$0"';
  const server = Bun.spawn(
    [...asUser, "sh", "-c", leash, dir, join(binaries!, "postgres"), "-D", data, "-k", dir].concat([
      "-h",
      "127.0.0.1",
      "-p",
      String(port),
      "-c",
      "fsync=off",
      "-c",
      "max_connections=200",
    ]),
    { cwd: "/", stdin: "pipe", stdout: "ignore", stderr: "ignore" },
  );
  server.unref();
  const url = `postgres://falgate@127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const sql = new SQL(`${url}/postgres`);
    try {
      await sql`select 1`;
      return { url };
    } catch (error) {
      if (tries > 100 || server.exitCode !== null) throw error;
      await Bun.sleep(50);
    } finally {
      await sql.close();
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
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

const postgres: Engine = {
  name: "PostgreSQL",
  fresh: async () => {
    const { url } = await (shared.falgatePostgres ??= startServer());
    // A schema is made fifty times as fast as a database, and holds the same.
    const name = `t${crypto.randomUUID().replaceAll("-", "")}`;
    const admin = new SQL(`${url}/postgres`, { max: 1 });
    await admin.unsafe(`create schema ${name}`);
    await admin.close();
    const options = { url: `${url}/postgres?search_path=${name}`, dir: "unused" };
    return { open: opener(options), options };
  },
};

export const engines: readonly Engine[] = missing ? [sqlite] : [sqlite, postgres];
if (missing) console.log(`the store is not tried on PostgreSQL: ${missing}`);

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
