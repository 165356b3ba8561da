/** Requests remembered and settled, read from memory and from either engine. */
import { afterAll, describe, expect, test } from "bun:test";
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import type { Database } from "../../src/store/database.ts";
import type { NewRequest, Outcome } from "../../src/store/request.ts";
import { createRequests, type RequestsOptions } from "../../src/store/requests.ts";
import { engines, pendingRequest, type Place, submitted, tidy } from "./support.ts";

afterAll(tidy);

const T0 = 1_800_000_000_000;
const DAY = 86_400_000;

/** A store over the place, as a program that has just started has it. */
async function started(place: Place, options: Partial<RequestsOptions> = {}) {
  const database = await place.open();
  const queries = { count: 0 };
  const sql = new Proxy(database.sql, {
    apply: (target, self, args) => {
      queries.count++;
      return Reflect.apply(target, self, args);
    },
  });
  const counted: Database = { ...database, sql };
  const writes = createWriteBehind({ database, log: silent });
  const requests = createRequests({ database: counted, writes, now: () => T0, ...options });
  const stop = async () => {
    await writes.flush();
    await database.close();
  };
  return { database, writes, requests, queries, stop };
}

const done: Outcome = {
  state: "completed",
  statusBody: '{"status":"COMPLETED"}',
  result: { status: 200, headers: { "x-fal-request-id": "r" }, body: '{"images":[]}' },
};

describe.each([...engines])("$name", ({ name, fresh }) => {
  test("is read at once, and the same after a restart", async () => {
    const place = await fresh();
    const request = submitted("r1", { webhook: "https://client.example/hook", createdAt: T0 - 5 });
    const expected = pendingRequest({ ...request, createdAt: T0 - 5 });
    const first = await started(place);
    expect(first.requests.remember(request)).toBeUndefined();
    expect(first.requests.peek("r1")).toEqual(expected);
    expect(await first.requests.find("r1")).toEqual(expected);
    expect(first.queries.count).toBe(0);
    await first.stop();
    const second = await started(place);
    expect(second.requests.peek("r1")).toBeUndefined();
    expect(await second.requests.find("r1")).toEqual(expected);
    expect(second.requests.peek("r1")).toEqual(expected);
    expect(second.queries.count).toBe(1);
    await second.stop();
  });

  test.each<[string, Outcome]>([
    ["completed", done],
    ["completed without a result yet", { state: "completed", statusBody: "{}" }],
    [
      "completed with an error's result",
      {
        state: "completed",
        statusBody: "{}",
        result: { status: 422, headers: {}, body: '{"detail":[]}' },
      },
    ],
    [
      "completed with an empty body",
      { state: "completed", result: { status: 204, headers: {}, body: "" } },
    ],
    ["completed at a time", { ...done, completedAt: T0 - 1 }],
    ["cancelled", { state: "cancelled", statusBody: "{}" }],
    ["lost", { state: "lost" }],
  ])("%s: told at once, and the same after a restart", async (_, outcome) => {
    const place = await fresh();
    const first = await started(place);
    void first.requests.remember(submitted("r1", { createdAt: T0 }));
    expect(await first.requests.settle("r1", outcome)).toBe(true);
    const completedAt = outcome.completedAt ?? T0;
    const expected = {
      ...pendingRequest({ ...submitted("r1"), createdAt: T0 }),
      statusBody: null,
      result: null,
      ...outcome,
      completedAt,
      expiresAt: completedAt + 7 * DAY,
    };
    expect(await first.requests.find("r1")).toEqual(expected);
    await first.stop();
    const second = await started(place);
    expect(await second.requests.find("r1")).toEqual(expected);
    await second.stop();
  });

  test.each<[string, readonly Outcome[], readonly boolean[], Outcome["state"], string | undefined]>(
    [
      ["twice", [done, done], [true, false], "completed", '{"images":[]}'],
      [
        "lost after completed",
        [done, { state: "lost" }],
        [true, false],
        "completed",
        '{"images":[]}',
      ],
      [
        "completed after cancelled",
        [{ state: "cancelled" }, done],
        [true, false],
        "cancelled",
        undefined,
      ],
      ["completed after lost", [{ state: "lost" }, done], [true, false], "lost", undefined],
      [
        "its result later",
        [{ state: "completed", statusBody: "{}" }, done],
        [true, true],
        "completed",
        '{"images":[]}',
      ],
      [
        "another result later",
        [done, { ...done, result: { status: 404, headers: {}, body: "gone" } }],
        [true, false],
        "completed",
        '{"images":[]}',
      ],
    ],
  )("%s: only forward, at once and across restarts", async (_, outcomes, taken, state, body) => {
    for (const restart of [false, true]) {
      const place = await fresh();
      let program = await started(place);
      void program.requests.remember(submitted("r1"));
      const results: boolean[] = [];
      for (const outcome of outcomes) {
        if (restart) {
          await program.stop();
          program = await started(place);
        }
        results.push(await program.requests.settle("r1", outcome));
      }
      expect(results).toEqual([...taken]);
      await program.stop();
      const last = await started(place);
      expect(await last.requests.find("r1")).toMatchObject({ state });
      expect((await last.requests.find("r1"))?.result?.body).toBe(body);
      await last.stop();
    }
  });

  test("of many outcomes at the same time one is taken, and everybody reads that one", async () => {
    const place = await fresh();
    const before = await started(place);
    for (let number = 0; number < 20; number++)
      void before.requests.remember(submitted(`r${number}`));
    await before.stop();
    const { requests, stop, writes } = await started(place);
    for (let number = 0; number < 20; number++) {
      const id = `r${number}`;
      const answers = await Promise.all([
        requests.find(id),
        ...["a", "b", "c"].map(async (body) => {
          if (body === "b") await writes.flush();
          const result = { status: 200, headers: {}, body };
          return (await requests.settle(id, { ...done, result })) ? body : undefined;
        }),
        requests.find(id).then(() => undefined),
      ]);
      const winners = answers.slice(1).filter((answer) => answer !== undefined);
      expect(winners.length).toBe(1);
      expect((await requests.find(id))?.result?.body).toBe(String(winners[0]));
    }
    await stop();
  });

  test("what is remembered while it is being looked for is found", async () => {
    const { requests, stop } = await started(await fresh());
    const looking = [requests.find("r1"), requests.find("r1")];
    void requests.remember(submitted("r1"));
    for (const found of await Promise.all(looking)) expect(found?.owner).toBe("key-anna");
    await stop();
  });

  test("an outcome that comes during the commit of its request is not forgotten", async () => {
    const place = await fresh();
    const database = await place.open();
    const seen: unknown[] = [];
    const held: Database = {
      ...database,
      transaction: async (work) => {
        seen.push(requests.peek("r1")?.state);
        const result = await database.transaction(work);
        if (seen.length === 1) await requests.settle("r1", done);
        return result;
      },
    };
    const writes = createWriteBehind({ database: held, log: silent });
    const requests = createRequests({ database: held, writes });
    void requests.remember(submitted("r1"));
    await writes.flush();
    await writes.flush();
    expect(seen).toEqual(["pending", "completed"]);
    await database.close();
  });

  test("an answer that an outcome has overtaken is not believed", async () => {
    const place = await fresh();
    const before = await started(place);
    void before.requests.remember(submitted("r1"));
    await before.stop();
    // Nothing is kept in memory, so that every read asks the database.
    const { requests, writes, stop } = await started(place, {
      memory: { maxEntries: 0, maxBytes: 0 },
    });
    const reads = [requests.find("r1"), requests.find("r1")];
    const settled = requests.settle("r1", done);
    const flushed = settled.then(() => writes.flush());
    await Promise.all([...reads, settled, flushed]);
    expect((await requests.find("r1"))?.state).toBe("completed");
    expect(await requests.settle("r1", { state: "lost" })).toBe(false);
    await stop();
  });

  test("readers of one request at the same time cost one query", async () => {
    const place = await fresh();
    const before = await started(place);
    void before.requests.remember(submitted("r1"));
    await before.stop();
    const { requests, queries, stop } = await started(place);
    const found = await Promise.all(Array.from({ length: 50 }, () => requests.find("r1")));
    expect(new Set(found.map((request) => request?.owner))).toEqual(new Set(["key-anna"]));
    expect(queries.count).toBe(1);
    await stop();
  });

  test.each([
    "nobody-knows",
    "",
    "with space",
    "ü",
    "a\0b",
    "'; drop table fal_requests; --",
    "x".repeat(10_000),
  ])("%p is unknown, and cannot be settled", async (id) => {
    const { requests, stop } = await started(await fresh());
    expect(await requests.find(id)).toBeUndefined();
    expect(await requests.settle(id, done)).toBe(false);
    await stop();
  });

  test("an id belongs to the first who brought it, also across programs", async () => {
    const place = await fresh();
    const [one, other] = [await started(place), await started(place)];
    void one.requests.remember(submitted("r1", { owner: "anna" }));
    void one.requests.remember(submitted("r1", { owner: "eve" }));
    await one.stop();
    void other.requests.remember(submitted("r1", { owner: "eve" }));
    await other.stop();
    const last = await started(place);
    expect((await last.requests.find("r1"))?.owner).toBe("anna");
    await last.stop();
  });

  test("text comes back as it was, except that a NUL is replaced", async () => {
    const place = await fresh();
    const body = `"quotes" 'and' \\u0000 ünï 漢字 🎬 \n\r\t $1 ?1 :x`;
    const first = await started(place);
    void first.requests.remember(submitted("r1"));
    await first.requests.settle("r1", {
      state: "completed",
      statusBody: "a\0b",
      result: { status: 200, headers: { "x-fal-\0": "\0" }, body },
    });
    await first.stop();
    const second = await started(place);
    expect(await second.requests.find("r1")).toMatchObject({
      statusBody: "a\ufffdb",
      result: { headers: { "x-fal-\0": "\0" }, body },
    });
    await second.stop();
  });

  test("a large result is kept whole, and memory does not hold it", async () => {
    const place = await fresh();
    const body = "0123456789".repeat(800_000);
    const { requests, writes, queries, stop } = await started(place);
    void requests.remember(submitted("r1"));
    await requests.settle("r1", { ...done, result: { status: 200, headers: {}, body } });
    expect((await requests.find("r1"))?.result?.body.length).toBe(body.length);
    expect(queries.count).toBe(0);
    await writes.flush();
    expect(requests.peek("r1")).toBeUndefined();
    expect((await requests.find("r1"))?.result?.body === body).toBe(true);
    expect(queries.count).toBe(1);
    await stop();
  });

  test("the unfinished are listed oldest first, page by page, the unwritten too", async () => {
    const place = await fresh();
    const before = await started(place);
    const made: NewRequest[] = Array.from({ length: 25 }, (_, number) =>
      // Several of one moment, and not in the order of their ids.
      submitted(`r${(number * 7) % 25}`, { createdAt: T0 + Math.floor(number / 3) }),
    );
    for (const request of made) void before.requests.remember(request);
    await before.requests.settle("r3", done);
    await before.requests.settle("r4", { state: "cancelled" });
    const seen: string[] = [];
    for (let after: { createdAt: number; requestId: string } | undefined; ;) {
      const page = await before.requests.pending(4, after);
      expect(page.length).toBeLessThanOrEqual(4);
      seen.push(...page.map(({ requestId }) => requestId));
      after = page.at(-1);
      if (!after) break;
    }
    const order = made
      .toSorted((a, b) => a.createdAt! - b.createdAt! || (a.requestId < b.requestId ? -1 : 1))
      .map(({ requestId }) => requestId)
      .filter((id) => id !== "r3" && id !== "r4");
    expect(seen).toEqual(order);
    expect(await before.requests.counts()).toEqual({
      pending: 23,
      completed: 1,
      cancelled: 1,
      lost: 0,
    });
    await before.stop();
  });

  test("what is past its time is gone, in memory at once and from the database by sweeping", async () => {
    let now = T0;
    const { requests, writes, stop } = await started(await fresh(), {
      now: () => now,
      retentionMs: 1_000,
    });
    for (let number = 0; number < 450; number++) void requests.remember(submitted(`r${number}`));
    await writes.flush();
    now = T0 + 500;
    await requests.settle("r7", done);
    await writes.flush();
    now = T0 + 999;
    expect(await requests.sweep()).toEqual({ expired: 0, crowdedOut: 0 });
    now = T0 + 1_000;
    expect(await requests.find("r6")).toBeUndefined();
    expect((await requests.find("r7"))?.state).toBe("completed");
    expect(await requests.sweep()).toEqual({ expired: 449, crowdedOut: 0 });
    expect(await requests.counts()).toEqual({ pending: 0, completed: 1, cancelled: 0, lost: 0 });
    now = T0 + 1_500;
    expect(await requests.sweep()).toEqual({ expired: 1, crowdedOut: 0 });
    await stop();
  });

  test("past the bytes that are kept the oldest of the ended go, and no unfinished one", async () => {
    let now = T0;
    const maxBytes = 50_000;
    const { requests, stop, writes } = await started(await fresh(), { now: () => now, maxBytes });
    const ids = Array.from({ length: 30 }, (_, number) => `r${number}`);
    const body = "x".repeat(5_000);
    for (const id of ids) {
      now++;
      void requests.remember(submitted(id));
      if (id === "r2" || id === "r28") continue;
      await requests.settle(id, { ...done, result: { status: 200, headers: {}, body } });
    }
    await writes.flush();
    expect((await requests.sweep()).expired).toBe(0);
    const left: string[] = [];
    for (const id of ids) if (await requests.find(id)) left.push(id);
    // One takes 5,000 bytes of result, 22 of status and 512 of row: eight fit beside the unfinished.
    expect(left).toEqual(["r2", ...ids.slice(21)]);
    expect(await requests.sweep()).toEqual({ expired: 0, crowdedOut: 0 });
    await stop();
  });

  test("what another program settled is seen, on PostgreSQL a second later at most", async () => {
    const place = await fresh();
    let now = T0;
    const here = await started(place, { now: () => now });
    void here.requests.remember(submitted("r1"));
    await here.writes.flush();
    const there = await started(place);
    expect(await there.requests.settle("r1", done)).toBe(true);
    await there.stop();
    now += 1_001;
    const expected = name === "PostgreSQL" ? "completed" : "pending";
    expect((await here.requests.find("r1"))?.state).toBe(expected);
    // The first outcome stands, whatever memory believed.
    await here.requests.settle("r1", { state: "lost" });
    await here.stop();
    const last = await started(place);
    expect((await last.requests.find("r1"))?.state).toBe("completed");
    await last.stop();
  });
});

// On SQLite one would wait for the other in the very thread that both need.
for (const { fresh } of engines.filter(({ name }) => name === "PostgreSQL")) {
  test("two programs sweep one database at the same time", async () => {
    const place = await fresh();
    const programs = [await started(place), await started(place)];
    for (let number = 0; number < 900; number++) {
      void programs[number % 2]!.requests.remember(submitted(`r${number}`));
    }
    await Promise.all(programs.map(({ writes }) => writes.flush()));
    const swept = await Promise.all(programs.map(({ requests }) => requests.sweep(T0 + 8 * DAY)));
    const rest = await programs[0]!.requests.sweep(T0 + 8 * DAY);
    expect(swept[0]!.expired + swept[1]!.expired + rest.expired).toBe(900);
    await Promise.all(programs.map(({ stop }) => stop()));
  });
}
