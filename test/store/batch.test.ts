/** Writes behind the request's back: their order, their bounds, and what happens when they fail. */
import { afterAll, describe, expect, test } from "bun:test";
import type { TransactionSQL } from "bun";
import { createWriteBehind, type Kind, type WriteBehindOptions } from "../../src/store/batch.ts";
import type { Database } from "../../src/store/database.ts";
import type { Migration } from "../../src/store/migration.ts";
import { engines, listening, tidy } from "./support.ts";
import { aboutSqlite } from "../support/engine.ts";

afterAll(tidy);

const migrations: readonly Migration[] = [
  {
    name: "lines",
    statements: ["create table lines (place bigint not null primary key, line text not null)"],
  },
];

interface Line {
  place: number;
  line: string | null;
}

const lines: Kind<Line> = {
  name: "lines",
  write: (tx, items) => tx`insert into lines ${tx(items)} on conflict (place) do nothing`,
};

/** The places that are written, in order. */
async function places(database: Database): Promise<number[]> {
  const rows = await database.sql<{ place: number | string }[]>`select place from lines`;
  return rows.map(({ place }) => Number(place)).sort((one, other) => one - other);
}

const upTo = (count: number) => Array.from({ length: count }, (_, place) => place);

describe.each([...engines])("$name", ({ fresh }) => {
  test("writes all, whether by number or by time", async () => {
    const database = await (await fresh()).open({ migrations });
    const { log, lines: logged } = listening();
    const writes = createWriteBehind({ database, log, atOnce: 10, everyMs: 5 });
    for (const place of upTo(95)) void writes.enqueue(lines, { place, line: "x" });
    while (writes.waiting > 0) await Bun.sleep(5);
    expect(await places(database)).toEqual(upTo(95));
    expect(logged).toEqual([]);
    await database.close();
  });

  test("a row that the database refuses is lost in words; all others are written", async () => {
    const database = await (await fresh()).open({ migrations });
    const { log, lines: logged } = listening();
    const writes = createWriteBehind({ database, log, tries: 3, pauseMs: [1, 2] });
    const lost: number[] = [];
    const kind: Kind<Line> = { ...lines, lost: ({ place }) => lost.push(place) };
    for (const place of upTo(100)) {
      const bad = place === 0 || place === 41 || place === 42;
      void writes.enqueue(kind, { place, line: bad ? null : "x" });
    }
    expect(await writes.flush()).toBe(0);
    expect(lost.toSorted((one, other) => one - other)).toEqual([0, 41, 42]);
    expect(await places(database)).toEqual(upTo(100).filter((place) => !lost.includes(place)));
    const errors = logged.filter(({ level }) => level === "error");
    expect(errors.map(({ message }) => message)).toEqual(
      Array(3).fill("a write is lost: the database refuses it"),
    );
    expect(errors[0]!.fields).toMatchObject({ kind: "lines", tries: 3 });
    await database.close();
  });

  test("while the database fails, all is kept and tried again", async () => {
    const database = await (await fresh()).open({ migrations: [] });
    const { log, lines: logged } = listening();
    const writes = createWriteBehind({ database, log, everyMs: 1, pauseMs: [1, 2] });
    // No such table: the database's fault, not the rows'.
    for (const place of upTo(20)) void writes.enqueue(lines, { place, line: "x" });
    while (logged.length < 3) await Bun.sleep(1);
    expect(writes.waiting).toBe(20);
    await database.transaction((tx) => tx.unsafe(migrations[0]!.statements[0]!));
    expect(await writes.flush()).toBe(0);
    expect(await places(database)).toEqual(upTo(20));
    expect(new Set(logged.map(({ message }) => message))).toEqual(
      new Set(["database cannot be written, trying again"]),
    );
    await database.close();
  });
});

aboutSqlite("SQLite", () => {
  test("a full disk holds writes back until there is room", async () => {
    const database = await (await engines[0]!.fresh()).open({ migrations });
    const { log, lines: logged } = listening();
    const writes = createWriteBehind({ database, log, everyMs: 1, pauseMs: [1, 2] });
    const limit = (pages: number) =>
      database.transaction((tx) => tx.unsafe(`pragma max_page_count = ${pages}`));
    await limit(1);
    for (const place of upTo(20)) void writes.enqueue(lines, { place, line: "x".repeat(5_000) });
    while (logged.length < 2) await Bun.sleep(1);
    expect(String(logged[0]!.fields.error)).toContain("full");
    await limit(1_000_000);
    expect(await writes.flush()).toBe(0);
    expect(await places(database)).toEqual(upTo(20));
    await database.close();
  });
});

/** A database that keeps a list, and fails when told so. */
function pretended(options: Partial<WriteBehindOptions> = {}) {
  const committed: string[] = [];
  const transactions: number[] = [];
  let open: string[] = [];
  const trouble = { now: false };
  const { log, lines: logged } = listening();
  const writes = createWriteBehind({
    log,
    database: {
      where: "a list",
      transaction: async (work) => {
        open = [];
        const result = await work({} as TransactionSQL);
        await Bun.sleep(0);
        if (trouble.now) throw Object.assign(new Error("away"), { code: "ERR_CONNECTION_CLOSED" });
        transactions.push(open.length);
        committed.push(...open);
        return result;
      },
    },
    pauseMs: [1, 2],
    ...options,
  });
  const runs: string[] = [];
  const kind = (name: string): Kind<string> => ({
    name,
    write: async (_, items) => {
      runs.push(`${name}:${items.length}`);
      open.push(...items);
    },
  });
  return { writes, committed, transactions, runs, kind, trouble, logged };
}

test("the order is kept, and neighbours of a kind are written together", async () => {
  const { writes, committed, runs, kind } = pretended();
  const [one, other] = [kind("one"), kind("other")];
  for (const item of ["a", "b"]) void writes.enqueue(one, item);
  for (const item of ["c", "d", "e"]) void writes.enqueue(other, item);
  void writes.enqueue(one, "f");
  await writes.flush();
  expect(committed).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(runs).toEqual(["one:2", "other:3", "one:1"]);
});

test("no transaction is larger than asked", async () => {
  const { writes, transactions, kind } = pretended({ atOnce: 4 });
  const one = kind("one");
  for (let item = 0; item < 10; item++) void writes.enqueue(one, String(item));
  await writes.flush();
  expect(transactions).toEqual([4, 4, 2]);
});

test("order holds across failures", async () => {
  const { writes, committed, kind, trouble } = pretended({ atOnce: 3, everyMs: 1 });
  const one = kind("one");
  trouble.now = true;
  const items = Array.from({ length: 10 }, (_, item) => String(item));
  for (const item of items.slice(0, 5)) void writes.enqueue(one, item);
  await Bun.sleep(5);
  for (const item of items.slice(5)) void writes.enqueue(one, item);
  trouble.now = false;
  expect(await writes.flush()).toBe(0);
  expect(committed).toEqual(items);
});

test.each([
  ["number", { maxWaiting: 3 }, 1],
  ["bytes", { maxBytes: 30 }, 10],
] as const)(
  "past a limit in %s the caller is asked to wait, and nothing is lost",
  async (_, limit, bytes) => {
    const { writes, committed, kind } = pretended({ ...limit, everyMs: 1 });
    const one = kind("one");
    expect(writes.enqueue(one, "a", bytes)).toBeUndefined();
    expect(writes.enqueue(one, "b", bytes)).toBeUndefined();
    const room = [writes.enqueue(one, "c", bytes), writes.enqueue(one, "d", bytes)];
    expect(room.every((each) => each instanceof Promise)).toBe(true);
    await Promise.all(room);
    expect(writes.waiting).toBeLessThan(3);
    expect(writes.enqueue(one, "e", bytes)).toBeUndefined();
    await writes.flush();
    expect(committed).toEqual(["a", "b", "c", "d", "e"]);
  },
);

test("a flush waits for what it found, not for what comes after", async () => {
  const { writes, committed, kind } = pretended({ atOnce: 1 });
  const one = kind("one");
  void writes.enqueue(one, "a");
  const flushed = writes.flush();
  for (let item = 0; item < 50; item++) void writes.enqueue(one, String(item));
  await flushed;
  expect(committed[0]).toBe("a");
  expect(writes.waiting).toBeGreaterThan(0);
  await writes.flush();
  expect(writes.waiting).toBe(0);
});

test("a flush with nothing to do is done", async () => {
  expect(await pretended().writes.flush()).toBe(0);
});

test("a flush that cannot end in time says how much is not saved", async () => {
  const { writes, kind, trouble, logged, committed } = pretended();
  trouble.now = true;
  void writes.enqueue(kind("one"), "a");
  void writes.enqueue(kind("one"), "b");
  expect(await writes.flush(20)).toBe(2);
  expect(logged.filter(({ level }) => level === "error")).toMatchObject([
    { message: "writes are not saved", fields: { count: 2 } },
  ]);
  trouble.now = false;
  expect(await writes.flush()).toBe(0);
  expect(committed).toEqual(["a", "b"]);
});

test("a flush does not sit out the pause after a failure", async () => {
  const { writes, kind, trouble, committed, logged } = pretended({
    everyMs: 1,
    pauseMs: [60_000, 60_000],
  });
  trouble.now = true;
  void writes.enqueue(kind("one"), "a");
  while (logged.length === 0) await Bun.sleep(1);
  trouble.now = false;
  expect(await writes.flush()).toBe(0);
  expect(committed).toEqual(["a"]);
});

/** A kind that cannot be written with a bad item among the others. */
const picky = (kind: Kind<string>): Kind<string> => ({
  ...kind,
  write: async (tx, items) => {
    if (items.includes("bad")) throw new TypeError("not this one");
    await kind.write(tx, items);
  },
});

test("a failure in the middle of sorting out a bad one repeats nothing that is written", async () => {
  const { writes, committed, kind, trouble, logged } = pretended({ tries: 1, everyMs: 1 });
  const one = picky(kind("one"));
  const items = ["a", "b", "c", "d", "bad", "e", "f", "g"];
  const away = { ...one, written: () => (trouble.now = committed.length === 4) };
  for (const item of items) void writes.enqueue(away, item);
  while (!trouble.now) await Bun.sleep(0);
  expect(writes.waiting).toBe(4);
  while (logged.length === 0) await Bun.sleep(1);
  trouble.now = false;
  expect(await writes.flush()).toBe(0);
  expect(writes.waiting).toBe(0);
  expect(committed).toEqual(items.filter((item) => item !== "bad"));
});

test("a flush tries the refused ones now", async () => {
  const { writes, kind, logged } = pretended({ tries: 3, everyMs: 1, pauseMs: [60_000, 60_000] });
  void writes.enqueue(picky(kind("one")), "bad");
  while (logged.length === 0) await Bun.sleep(1);
  expect(await writes.flush()).toBe(0);
  expect(logged.map(({ level }) => level)).toEqual(["warn", "warn", "error"]);
});
