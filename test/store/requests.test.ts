/** Requests remembered and settled, read from memory and from either engine. */
import { afterAll, describe, expect, test } from "bun:test";
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import type { Database } from "../../src/store/database.ts";
import type { FalRequest, KeptResult } from "../../src/store/request.ts";
import { createRequests, type RequestsOptions } from "../../src/store/requests.ts";
import { engines, type Place, result, submitted, T0, tidy } from "./support.ts";

afterAll(tidy);

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

describe.each([...engines])("$name", ({ name, fresh }) => {
  test("is read at once, and the same after a restart", async () => {
    const place = await fresh();
    const request = submitted("r1", { webhook: "https://client.example/hook", createdAt: T0 - 5 });
    const first = await started(place);
    expect(first.requests.remember(request)).toBeUndefined();
    // Not even a promise: a poll for a status that is known costs no turn of the loop.
    expect(first.requests.find("r1")).toEqual(request);
    expect(first.queries.count).toBe(0);
    await first.stop();
    const second = await started(place);
    expect(await second.requests.find("r1")).toEqual(request);
    expect(second.requests.find("r1")).toEqual(request);
    expect(second.queries.count).toBe(1);
    await second.stop();
  });

  test.each<[string, KeptResult | "lost"]>([
    ["completed", result()],
    ["completed with an error's result", result('{"detail":[]}', { status: 422 })],
    ["completed with an empty body", result("", { status: 204, headers: {} })],
    ["lost", "lost"],
  ])("%s: told at once, and the same after a restart", async (_, outcome) => {
    const place = await fresh();
    const first = await started(place);
    const request = submitted("r1", { createdAt: T0 - 5 });
    void first.requests.remember(request);
    const expected: FalRequest =
      outcome === "lost"
        ? { ...request, lost: true, settledAt: T0 }
        : { ...request, result: outcome, settledAt: T0 };
    await (outcome === "lost" ? first.requests.lose("r1") : first.requests.settle("r1", outcome));
    expect(first.requests.find("r1")).toEqual(expected);
    await first.stop();
    const second = await started(place);
    expect(await second.requests.find("r1")).toEqual(expected);
    await second.stop();
  });

  test.each<[string, readonly (KeptResult | "lost")[], string | undefined]>([
    ["completed twice", [result("first"), result("second")], "first"],
    ["lost after completed", [result("first"), "lost"], "first"],
    ["completed after lost", ["lost", result("first")], undefined],
  ])("%s: the first outcome stays, at once and across restarts", async (_, outcomes, body) => {
    for (const restart of [false, true]) {
      const place = await fresh();
      let program = await started(place);
      void program.requests.remember(submitted("r1"));
      for (const outcome of outcomes) {
        if (restart) {
          await program.stop();
          program = await started(place);
        }
        if (outcome === "lost") await program.requests.lose("r1");
        else await program.requests.settle("r1", outcome);
      }
      expect((await program.requests.find("r1"))?.result?.body).toBe(body);
      await program.stop();
      const last = await started(place);
      expect((await last.requests.find("r1"))?.result?.body).toBe(body);
      expect((await last.requests.find("r1"))?.lost).toBe(body === undefined ? true : undefined);
      await last.stop();
    }
  });

  test("what is undelivered is listed, oldest first, until it is delivered", async () => {
    let now = T0;
    const place = await fresh();
    const first = await started(place, { now: () => now });
    for (const id of ["a", "b", "c", "unsettled"]) {
      void first.requests.remember(submitted(id, { webhook: "https://client.example/hook" }));
    }
    void first.requests.remember(submitted("nobody's"));
    for (const id of ["b", "a", "nobody's"]) {
      now += 1;
      await first.requests.settle(id, result());
    }
    now += 1;
    await first.requests.lose("c");
    const listed = [
      { requestId: "b", settledAt: T0 + 1 },
      { requestId: "a", settledAt: T0 + 2 },
      { requestId: "c", settledAt: T0 + 4 },
    ];
    expect(await first.requests.undelivered(9)).toEqual(listed);
    expect(await first.requests.undelivered(2)).toEqual(listed.slice(0, 2));
    now += 1;
    await first.requests.delivered("a");
    expect(first.requests.find("a")).toMatchObject({ deliveredAt: T0 + 5, result: result() });
    expect(await first.requests.undelivered(9)).toEqual([listed[0]!, listed[2]!]);
    await first.stop();

    const second = await started(place);
    await second.requests.delivered("a");
    await second.requests.delivered("unknown");
    expect(await second.requests.find("a")).toMatchObject({ deliveredAt: T0 + 5 });
    expect(await second.requests.undelivered(9)).toEqual([listed[0]!, listed[2]!]);
    await second.stop();
  });

  test("settled and delivered between two commits, it is both", async () => {
    const place = await fresh();
    const first = await started(place);
    void first.requests.remember(submitted("r1", { webhook: "https://client.example/hook" }));
    await first.requests.settle("r1", result());
    await first.requests.delivered("r1");
    await first.stop();
    const second = await started(place);
    expect(await second.requests.find("r1")).toMatchObject({ deliveredAt: T0, result: result() });
    expect(await second.requests.undelivered(9)).toEqual([]);
    await second.stop();
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
          await requests.settle(id, result(body));
          return (await requests.find(id))?.result?.body;
        }),
        requests.find(id),
      ]);
      const [seen, ...others] = new Set(answers.slice(1, 4));
      expect(others).toEqual([]);
      await writes.flush();
      expect((await requests.find(id))?.result?.body).toBe(seen as string);
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
        seen.push((requests.find("r1") as FalRequest).result?.body);
        const answer = await database.transaction(work);
        if (seen.length === 1) await requests.settle("r1", result("done"));
        return answer;
      },
    };
    const writes = createWriteBehind({ database: held, log: silent });
    const requests = createRequests({ database: held, writes });
    void requests.remember(submitted("r1"));
    await writes.flush();
    await writes.flush();
    expect(seen).toEqual([undefined, "done"]);
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
    const settled = requests.settle("r1", result());
    const flushed = settled.then(() => writes.flush());
    await Promise.all([...reads, settled, flushed]);
    expect((await requests.find("r1"))?.result).toEqual(result());
    await requests.lose("r1");
    expect((await requests.find("r1"))?.lost).toBeUndefined();
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
    await requests.settle(id, result());
    await requests.delivered(id);
    expect(await requests.find(id)).toBeUndefined();
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
    const headers = { "x-fal-\0": "\0" };
    await first.requests.settle("r1", result(body, { statusBody: "a\0b", headers }));
    await first.stop();
    const second = await started(place);
    expect(await second.requests.find("r1")).toMatchObject({
      result: { statusBody: "a\ufffdb", headers, body },
    });
    await second.stop();
  });

  test("a large result is kept whole, and memory does not hold it", async () => {
    const place = await fresh();
    const body = "0123456789".repeat(800_000);
    const { requests, writes, queries, stop } = await started(place);
    void requests.remember(submitted("r1"));
    await requests.settle("r1", result(body));
    expect((await requests.find("r1"))?.result?.body.length).toBe(body.length);
    expect(queries.count).toBe(0);
    await writes.flush();
    expect((await requests.find("r1"))?.result?.body === body).toBe(true);
    expect(queries.count).toBe(1);
    await stop();
  });

  test("the pending are listed oldest first, those before a time, the unwritten too", async () => {
    const { requests, stop } = await started(await fresh());
    const made = Array.from({ length: 25 }, (_, number) =>
      // Several of one moment, and not in the order of their ids.
      submitted(`r${(number * 7) % 25}`, { createdAt: T0 + Math.floor(number / 3) }),
    );
    for (const request of made) void requests.remember(request);
    await requests.settle("r3", result());
    await requests.lose("r4");
    const order = made
      .toSorted((a, b) => a.createdAt - b.createdAt || (a.requestId < b.requestId ? -1 : 1))
      .filter(({ requestId }) => requestId !== "r3" && requestId !== "r4");
    expect(await requests.pending(T0 + 100, 99)).toEqual(order);
    expect(await requests.pending(T0 + 100, 4)).toEqual(order.slice(0, 4));
    expect(await requests.pending(T0 + 2, 99)).toEqual(
      order.filter(({ createdAt }) => createdAt < T0 + 2),
    );
    await stop();
  });

  test("what is past its time is gone, in memory at once and from the database by sweeping", async () => {
    let now = T0;
    const { requests, writes, stop } = await started(await fresh(), {
      now: () => now,
      retentionMs: 1_000,
    });
    for (let number = 0; number < 450; number++)
      void requests.remember(submitted(`r${number}`, { createdAt: T0 }));
    await writes.flush();
    now = T0 + 500;
    await requests.settle("r7", result());
    await writes.flush();
    now = T0 + 999;
    expect(await requests.sweep()).toEqual({ expired: 0, crowdedOut: 0 });
    now = T0 + 1_000;
    expect(await requests.find("r6")).toBeUndefined();
    expect((await requests.find("r7"))?.result).toEqual(result());
    expect(await requests.sweep()).toEqual({ expired: 449, crowdedOut: 0 });
    expect((await requests.find("r7"))?.result).toEqual(result());
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
      void requests.remember(submitted(id, { createdAt: now }));
      if (id === "r2" || id === "r28") continue;
      await requests.settle(id, result(body));
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
    await there.requests.settle("r1", result());
    await there.stop();
    now += 1_001;
    const expected = name === "PostgreSQL" ? result() : undefined;
    expect((await here.requests.find("r1"))?.result).toEqual(expected);
    // The first outcome stands, whatever memory believed.
    await here.requests.lose("r1");
    await here.stop();
    const last = await started(place);
    expect(await last.requests.find("r1")).toMatchObject({ result: result(), lost: undefined });
    await last.stop();
  });
});

// On SQLite one would wait for the other in the very thread that both need.
for (const { fresh } of engines.filter(({ name }) => name === "PostgreSQL")) {
  test("two programs sweep one database at the same time", async () => {
    const place = await fresh();
    const programs = [await started(place), await started(place)];
    for (let number = 0; number < 900; number++) {
      void programs[number % 2]!.requests.remember(submitted(`r${number}`, { createdAt: 0 }));
    }
    await Promise.all(programs.map(({ writes }) => writes.flush()));
    const swept = await Promise.all(programs.map(({ requests }) => requests.sweep()));
    const rest = await programs[0]!.requests.sweep();
    expect(swept[0]!.expired + swept[1]!.expired + rest.expired).toBe(900);
    await Promise.all(programs.map(({ stop }) => stop()));
  });
}
