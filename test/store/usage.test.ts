/** The books forget calls that are over, never what they have cost. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { keptUsage } from "../../src/cli/purchases.ts";
import { loadConfig } from "../../src/config.ts";
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import type { Database } from "../../src/store/database.ts";
import { NOTHING_YET, type UsageRecord } from "../../src/store/usage/record.ts";
import { createRequests } from "../../src/store/requests.ts";
import { createUsage, type UsageStore } from "../../src/store/usage/usage.ts";
import { keepingBooks } from "../support/books.ts";
import { bearer, makeKey } from "../support/keys.ts";
import { engines, result, submitted, tidy } from "./support.ts";

afterAll(tidy);

const DAY = 24 * 60 * 60_000;
const T0 = Date.UTC(2026, 7, 1);

const call = (id: string, openedAt: number, more: Partial<UsageRecord> = {}): UsageRecord => ({
  ...NOTHING_YET,
  ...{ id, owner: "anna", openedAt, trace: id, route: "/v1/videos", model: "veo3" },
  endpoint: "fal-ai/veo3",
  state: "completed",
  cost: 1,
  endedAt: openedAt + 1_000,
  ...more,
});

describe.each(engines)("$name", (engine) => {
  let database: Database;
  let usage: UsageStore;
  beforeEach(async () => {
    database = await (await engine.fresh()).open();
    usage = createUsage({
      database,
      writes: createWriteBehind({ database, log: silent, everyMs: 5 }),
    });
  });
  afterEach(() => database.close());

  async function ids(): Promise<string[]> {
    await usage.flush();
    const rows = await database.sql<{ id: string }[]>`select id from usage order by id`;
    return rows.map(({ id }) => id);
  }

  test("what has been spent stays the same, from whichever day on", async () => {
    const write = (day: number, of: number, owner = "anna") => {
      const id = `${owner} ${day} ${of}`;
      usage.write(call(id, T0 + day * DAY + of * 1_000, { owner, cost: 10 ** day + of }));
    };
    for (let day = 0; day < 6; day++) for (const of of [0, 100, 80_000]) write(day, of);
    write(2, 0, "bert");
    const spent = () =>
      Promise.all([
        usage.spent("anna", 0),
        usage.spent("bert", 0),
        usage.spent("carl", 0),
        ...Array.from({ length: 7 }, (_, day) => usage.spent("anna", T0 + day * DAY)),
      ]);
    const before = await spent();
    expect(before.slice(0, 4)).toEqual([333_333 + 6 * 80_100, 100, 0, 333_333 + 6 * 80_100]);
    expect(await usage.sweep(T0)).toBe(0);
    for (const [day, count] of [
      [2.5, 9],
      [3, 1],
      [4, 3],
    ] as const) {
      expect([day, await usage.sweep(T0 + day * DAY)]).toEqual([day, count]);
      expect([day, await spent()]).toEqual([day, before]);
    }
    expect(await ids()).toHaveLength(6);
    // Of a day that is half forgotten.
    usage.write(call("late", T0 + 1_000, { cost: 7 }));
    expect(await usage.spent("anna", T0)).toBe(before[3]! + 7);
    expect(await usage.sweep(T0 + DAY)).toBe(1);
    expect(await usage.spent("anna", T0)).toBe(before[3]! + 7);
    expect(await usage.spent("anna", T0 + DAY)).toBe(before[4]!);
  });

  test("a call that is open stays, and one that has only now ended", async () => {
    usage.write(call("open", T0, { state: "open", endedAt: null, held: 5, cost: 0 }));
    usage.write(call("long", T0, { endedAt: T0 + 9 * DAY }));
    usage.write(call("over", T0));
    expect(await usage.sweep(T0 + DAY)).toBe(1);
    expect(await ids()).toEqual(["long", "open"]);
    expect(await usage.open(T0 + DAY, 10)).toMatchObject([{ id: "open", held: 5 }]);
    usage.write(call("open", T0, { cost: 3, endedAt: T0 + 10 * DAY }));
    expect(await usage.spent("anna", 0)).toBe(5);
    expect(await usage.sweep(T0 + 11 * DAY)).toBe(2);
    expect(await usage.spent("anna", 0)).toBe(5);
    expect(await ids()).toEqual([]);
  });

  test("whoever sees the end of a pending request tells its call's, unless money is set aside", async () => {
    const requests = createRequests({
      database,
      writes: createWriteBehind({ database, log: silent, everyMs: 5 }),
      now: () => T0,
    });
    for (const requestId of ["pending", "held", "settled"]) {
      await requests.remember(submitted(requestId));
    }
    await requests.settle("settled", result());
    await requests.pending(T0, 1);
    const open = (requestId: string, held = 0) =>
      usage.write(call(requestId, T0, { state: "open", requestId, held, endedAt: null }));
    open("pending");
    open("held", 5);
    open("settled");
    open("of no request");
    const found = await usage.open(T0 + DAY, 10);
    expect(found.map(({ id }) => id)).toEqual(["held", "of no request", "settled"]);
  });

  test("many at once, by several", async () => {
    const hours = Array.from({ length: 1_000 }, (_, index) => index);
    for (const hour of hours) {
      usage.write(call(`call ${hour}`, T0 + hour * 3_600_000, { owner: `key ${hour % 3}` }));
    }
    const sums = () => Promise.all([0, 1, 2].map((key) => usage.spent(`key ${key}`, 0)));
    const before = await sums();
    const after = T0 + 100 * DAY;
    const counts = await Promise.all([1, 2, 3].map(() => usage.sweep(after)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000);
    expect([await ids(), await sums()]).toEqual([[], before]);
    expect(before).toEqual([334, 333, 333]);
  });

  test("USAGE_RETENTION says how long", async () => {
    for (const age of [5, 29, 31, 399, 401]) {
      usage.write(call(`${age}`, Date.now() - age * DAY));
    }
    await usage.flush();
    for (const [env, left] of [
      [{}, ["29", "31", "399", "5"]],
      [{ USAGE_RETENTION: "30" }, ["29", "5"]],
    ] as const) {
      const kept = keptUsage(loadConfig({ env }), database, silent);
      await kept.stop();
      expect(await ids()).toEqual([...left]);
    }
    expect(await usage.spent("anna", 0)).toBe(5);
  });

  test("a budget in all knows after a restart what was spent on calls that are forgotten", async () => {
    const body = { model: "flux-dev", prompt: "a cat" };
    const draw = (books: typeof first, key: string) =>
      books.fetch("/v1/images/generations", {
        method: "POST",
        headers: { ...bearer(key), "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const first = await keepingBooks(database);
    const key = await makeKey(first, { name: "anna", budget: "0.03usd/total" });
    expect((await draw(first, key)).status).toBe(200);
    await first.closed();
    await first.parts.stop();
    expect(await usage.sweep(Date.now() + 1)).toBe(1);
    const next = await keepingBooks(database, { fal: first.fal });
    expect((await draw(next, key)).status).toBe(402);
    await next.stop();
  });
});
