/** A PostgreSQL server of the tests' own: started when it is first wanted, and gone when they are. */
import { Glob, SQL } from "bun";
import { chownSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./port.ts";

const binaries = [
  ...new Glob("usr/lib/postgresql/*/bin/postgres").scanSync({ cwd: "/", onlyFiles: false }),
]
  .map((path) => `/${path}`)
  .concat(Bun.which("postgres") ?? [])[0]
  ?.replace(/\/postgres$/, "");

const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root. */
const asUser = isRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];

/** Why there is none here. */
export const postgresMissing = !binaries
  ? "no PostgreSQL on this machine"
  : isRoot && !Bun.which("setpriv")
    ? "PostgreSQL does not run as root, and there is no setpriv"
    : undefined;

interface Server {
  url: string;
  admin: SQL;
}

/** One for all files of a run: the one that the run was given, or its own. */
let server: Promise<Server> | undefined;

/** The address of a database that holds nothing yet. */
export const freshDatabase = (): Promise<string> => database(crypto.randomUUID());

/** The database that belongs to a `DATA_DIR`: whoever comes back to that folder finds it again. */
export const databaseOf = (dir: string): Promise<string> => database(dir);

/** A schema is made fifty times as fast as a database, and holds the same. */
async function database(name: string): Promise<string> {
  const { url, admin } = await (server ??= connected(process.env.TEST_DATABASE));
  const schema = `t${Bun.hash(name).toString(16)}`;
  await admin.unsafe(`create schema if not exists ${schema}`);
  return `${url}/postgres?search_path=${schema}`;
}

async function connected(given: string | undefined): Promise<Server> {
  const url = given ?? (await startServer());
  // Seldom asked, and no reason for a program not to end.
  return { url, admin: new SQL(`${url}/postgres`, { max: 1, idleTimeout: 1 }) };
}

/** It ends with this process, however that ends: then its standard input is closed. */
const LEASH = 'trap : HUP INT TERM; "$@" & read -r _; kill -QUIT $!; wait; rm -rf "$0"';

/** Resolves to its address once it answers. */
export async function startServer(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "falgate-postgres-"));
  if (isRoot) chownSync(dir, 65534, 65534);
  const data = join(dir, "data");
  const access = ["-U", "falgate", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  const init = Bun.spawn([...asUser, join(binaries!, "initdb"), "-D", data, ...access], {
    ...{ cwd: "/", stdout: "ignore", stderr: "pipe" },
  });
  if ((await init.exited) !== 0) throw new Error(await new Response(init.stderr).text());
  const port = await freePort();
  const address = ["-k", dir, "-h", "127.0.0.1", "-p", String(port)];
  const settings = ["-c", "fsync=off", "-c", "max_connections=200"];
  const server = Bun.spawn(
    [...asUser, "sh", "-c", LEASH, dir, join(binaries!, "postgres"), "-D", data].concat(
      address,
      settings,
    ),
    { cwd: "/", stdin: "pipe", stdout: "ignore", stderr: "ignore" },
  );
  server.unref();
  const url = `postgres://falgate@127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const sql = new SQL(`${url}/postgres`);
    try {
      await sql`select 1`;
      return url;
    } catch (error) {
      if (tries > 100 || server.exitCode !== null) throw error;
      await Bun.sleep(50);
    } finally {
      await sql.close();
    }
  }
}
