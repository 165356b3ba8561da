/** Opening, migrating and refusing a database, on both engines. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silent } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { explain, isRefusal, StoreError } from "../../src/store/error.ts";
import type { Migration } from "../../src/store/migration.ts";
import { MIGRATIONS } from "../../src/store/migrations.ts";
import { engines, folder, listening, mode, tidy } from "./support.ts";
import { aboutSqlite } from "../support/engine.ts";

afterAll(tidy);

const first: Migration = {
  name: "first",
  statements: ["create table things (id text primary key)"],
};
const second: Migration = {
  name: "second",
  statements: [
    "alter table things add column size bigint not null default 7",
    "create index things_size on things (size)",
  ],
};
const broken: Migration = {
  name: "broken",
  statements: ["create table more (id text)", "alter table nowhere add column x text"],
};

const failure = async (promise: Promise<unknown>): Promise<Error> => {
  const fault = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (fault instanceof Error) return fault;
  throw new Error("it did not fail");
};

describe.each([...engines])("$name", ({ name, fresh }) => {
  test("opens a new one, and finds it again", async () => {
    const place = await fresh();
    const database = await place.open();
    expect(database.engine).toBe(name);
    expect(await database.ready()).toBe(true);
    const steps = await database.sql<{ version: number; name: string }[]>`
      select version, name from schema_migrations order by version`;
    expect([...steps]).toEqual(
      MIGRATIONS.map((step, at) => ({ version: at + 1, name: step.name })),
    );
    await database.close();
    const again = await place.open();
    expect([...(await again.sql`select * from fal_requests`)]).toEqual([]);
    await again.close();
  });

  test("says that it is not ready, and why, when it cannot be asked", async () => {
    const { log, lines } = listening();
    const database = await (await fresh()).open({ log });
    await database.close();
    expect(await database.ready()).toBe(false);
    expect(lines.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "database does not answer", fields: { database: database.where } },
    ]);
  });

  test("a transaction is all or nothing, and readers see none of an open one", async () => {
    const database = await (await fresh()).open({ migrations: [first] });
    const seen: number[] = [];
    const look = async () => seen.push((await database.sql`select * from things`).length);
    const inside = database.transaction(async (tx) => {
      await tx`insert into things ${tx({ id: "a" })}`;
      await look();
      throw new Error("changed my mind");
    });
    expect((await failure(inside)).message).toBe("changed my mind");
    await look();
    await database.transaction((tx) => tx`insert into things ${tx({ id: "b" })}`);
    await look();
    expect(seen).toEqual([0, 0, 1]);
    await database.close();
  });

  test("brings an older schema forward and keeps what is in it", async () => {
    const place = await fresh();
    const old = await place.open({ migrations: [first] });
    await old.transaction((tx) => tx`insert into things ${tx({ id: "kept" })}`);
    await old.close();
    const now = await place.open({ migrations: [first, second] });
    const rows = await now.sql<{ id: string; size: unknown }[]>`select id, size from things`;
    expect(rows.map((row) => ({ ...row, size: Number(row.size) }))).toEqual([
      { id: "kept", size: 7 },
    ]);
    await now.close();
  });

  test("refuses a newer schema in one line, and leaves it as it is", async () => {
    const place = await fresh();
    const newer = await place.open({ migrations: [first, second] });
    await newer.close();
    const fault = await failure(place.open({ migrations: [first] }));
    expect(fault).toBeInstanceOf(StoreError);
    expect(fault.message).toBe(
      `${newer.where} was written by a newer falgate (schema 2, this one knows 1). ` +
        "Run that version again, or set DATA_DIR or DATABASE_URL to another database",
    );
    await (await place.open({ migrations: [first, second] })).close();
  });

  test("a step that fails leaves nothing, not even of those before it", async () => {
    const place = await fresh();
    const fault = await failure(place.open({ migrations: [first, broken] }));
    expect(fault.message).toStartWith("cannot use ");
    const database = await place.open({ migrations: [] });
    for (const table of ["things", "more"]) {
      const fault = await failure(Promise.resolve(database.sql.unsafe(`select * from ${table}`)));
      expect(fault).toBeInstanceOf(Error);
    }
    await database.close();
  });

  test("many open a new one at once, in one process and in several", async () => {
    const place = await fresh();
    const script = `
      import { openDatabase } from ${JSON.stringify(join(import.meta.dir, "../../src/store/database.ts"))};
      import { silent } from ${JSON.stringify(join(import.meta.dir, "../../src/log.ts"))};
      const database = await openDatabase({ ...${JSON.stringify(place.options)}, log: silent });
      console.log((await database.sql\`select * from fal_requests\`).length);
      await database.close();`;
    const children = Array.from({ length: 4 }, () =>
      Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" }),
    );
    const here = await Promise.all([place.open(), place.open(), place.open()]);
    for (const child of children) {
      expect(await new Response(child.stderr).text()).toBe("");
      expect(await new Response(child.stdout).text()).toBe("0\n");
    }
    const [database] = here;
    const rows = await database!.sql`select version from schema_migrations`;
    expect(rows.length).toBe(MIGRATIONS.length);
    await Promise.all(here.map((each) => each.close()));
  });
});

aboutSqlite("SQLite", () => {
  test("its directory and files are their owner's alone", async () => {
    const dir = join(folder(), "deep", "data");
    const database = await openDatabase({ dir, log: silent });
    expect(mode(dir)).toBe("700");
    for (const file of ["falgate.db", "falgate.db-wal", "falgate.db-shm"]) {
      expect(mode(join(dir, file))).toBe("600");
    }
    await database.close();
  });

  test("lives in memory too", async () => {
    const database = await openDatabase({ dir: ":memory:", log: silent });
    expect(database.where).toBe("SQLite in memory");
    expect(await database.ready()).toBe(true);
    await database.close();
  });

  test("is set up for writing beside reading, and its readers cannot write", async () => {
    const database = await openDatabase({ dir: join(folder(), "data"), log: silent });
    const pragmas = await database.transaction(async (tx) => [
      ...(await tx`pragma journal_mode`),
      ...(await tx`pragma synchronous`),
      ...(await tx`pragma foreign_keys`),
    ]);
    expect(pragmas).toEqual([{ journal_mode: "wal" }, { synchronous: 1 }, { foreign_keys: 1 }]);
    const write = database.sql`delete from fal_requests`;
    expect((await failure(write)).message).toContain("readonly");
    await database.close();
  });

  test.each<[string, (dir: string) => string, string]>([
    [
      "a file in place of the directory",
      (dir) => {
        writeFileSync(join(dir, "data"), "");
        return join(dir, "data");
      },
      "cannot use the directory <dir>/data: that is a file, not a directory. Set DATA_DIR to a directory",
    ],
    [
      "a directory below a file",
      (dir) => {
        writeFileSync(join(dir, "file"), "");
        return join(dir, "file", "data");
      },
      "cannot use the directory <dir>/file/data: that is a file, not a directory. " +
        "Set DATA_DIR to a directory",
    ],
    [
      "a file that is no database",
      (dir) => {
        writeFileSync(join(dir, "falgate.db"), "the quick brown fox ".repeat(100));
        return dir;
      },
      "cannot use SQLite in <dir>/falgate.db: it is not a SQLite database. " +
        "Move it away, or set DATA_DIR to another directory",
    ],
    [
      "a directory in place of the file",
      (dir) => {
        mkdirSync(join(dir, "falgate.db"));
        return dir;
      },
      "cannot use <dir>/falgate.db: that is a directory, not a file. " +
        "Move it away, or set DATA_DIR to another directory",
    ],
  ])("%s is refused in words", async (_, make, message) => {
    const dir = folder();
    const fault = await failure(openDatabase({ dir: make(dir), log: silent }));
    expect(fault).toBeInstanceOf(StoreError);
    expect(fault.message).toBe(message.replaceAll("<dir>", dir));
  });
});

test.each<[string, string]>([
  [
    "postgres://anna:secret@127.0.0.1:1/things",
    "cannot use PostgreSQL at 127.0.0.1:1/things: nothing answers there. " +
      "Start PostgreSQL, or correct host and port in DATABASE_URL",
  ],
  [
    "mysql://anna:secret@127.0.0.1/things",
    "DATABASE_URL must have the form postgres://user:password@host/database",
  ],
  ["secret", "DATABASE_URL must have the form postgres://user:password@host/database"],
])("the URL %s is refused in words that hold no password", async (url, message) => {
  const fault = await failure(openDatabase({ url, dir: "unused", log: silent }));
  expect(fault).toBeInstanceOf(StoreError);
  expect(fault.message).toBe(message);
});

const coded = (codes: { code?: string; errno?: string | number }) =>
  Object.assign(new Error("in its own words"), codes);

test.each<[{ code?: string; errno?: string | number }, RegExp]>([
  [{ code: "EACCES", errno: 13 }, /permission denied.*chown.*DATA_DIR/],
  [{ code: "EROFS", errno: 30 }, /read-only.*DATA_DIR/],
  [{ code: "ENOSPC", errno: 28 }, /disk is full/],
  [{ code: "SQLITE_FULL", errno: 13 }, /disk is full/],
  [{ code: "SQLITE_BUSY_SNAPSHOT", errno: 517 }, /another process holds it/],
  [{ code: "SQLITE_IOERR_WRITE", errno: 778 }, /disk gives .* errors/],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "28P01" }, /password is wrong.*DATABASE_URL/],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "3D000" }, /createdb/],
  [{ code: "ERR_SOMETHING_NEW" }, /in its own words/],
  [{}, /in its own words/],
])("%p is explained", (codes, words) => {
  const fault = coded(codes);
  const told = explain(fault, "the place");
  expect(told.message).toStartWith("cannot use the place: ");
  expect(told.message).toMatch(words);
  expect(told.message).not.toContain("\n");
  expect(told.cause).toBe(fault);
});

test.each<[Parameters<typeof coded>[0], boolean]>([
  [{ code: "SQLITE_CONSTRAINT_PRIMARYKEY", errno: 1555 }, true],
  [{ code: "SQLITE_TOOBIG", errno: 18 }, true],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "22021" }, true],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "23505" }, true],
  [{}, true],
  [{ code: "SQLITE_FULL", errno: 13 }, false],
  [{ code: "SQLITE_BUSY", errno: 5 }, false],
  [{ code: "SQLITE_ERROR", errno: 1 }, false],
  [{ code: "ERR_POSTGRES_CONNECTION_CLOSED" }, false],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "40P01" }, false],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "57P01" }, false],
  [{ code: "ERR_POSTGRES_SERVER_ERROR", errno: "42P01" }, false],
])("%p: is the row refused? %p", (codes, refused) => {
  expect(isRefusal(coded(codes))).toBe(refused);
});
