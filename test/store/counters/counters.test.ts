/** What is counted, in memory and in Redis, by one process and by two. */
import { afterAll, describe, expect, test } from "bun:test";
import type { Counters, Hold } from "../../../src/store/counters/counters.ts";
import { kinds, tidy } from "./support.ts";

afterAll(tidy);

const order = (more: Partial<Hold>): Hold => ({
  ...{ budget: "anna", id: "call", amount: 10, most: 100, spent: async () => 0 },
  ...more,
});

describe.each([...kinds])("$name", ({ fresh }) => {
  test("a limit of 60 is 60 in all, however many ask and wherever", async () => {
    const counters = await fresh(2);
    const asked = Array.from({ length: 200 }, (_, index) =>
      counters[index % 2]!.hit("anna", 60, 60_000),
    );
    const hits = await Promise.all(asked);
    expect(hits.filter(({ allowed }) => allowed)).toHaveLength(60);
    const remaining = hits.filter(({ allowed }) => allowed).map((hit) => hit.remaining);
    expect(remaining.sort((one, other) => other - one)).toEqual(
      Array.from({ length: 60 }, (_, index) => 59 - index),
    );
    for (const { allowed, remaining, retryMs, resetMs } of hits) {
      expect(retryMs > 0).toBe(remaining === 0);
      expect(retryMs).toBeLessThanOrEqual(60_000);
      expect(resetMs).toBeGreaterThan(0);
      expect(resetMs).toBeLessThanOrEqual(60_000);
      if (!allowed) expect(remaining).toBe(0);
    }
  });

  test("a window slides: what it was refused is taken again after the time it was told", async () => {
    const [counters] = (await fresh(1)) as [Counters];
    for (let count = 0; count < 3; count++) await counters.hit("anna", 3, 200);
    const refused = await counters.hit("anna", 3, 200);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    await Bun.sleep(refused.retryMs + 1);
    expect((await counters.hit("anna", 3, 200)).allowed).toBe(true);
  });

  test("a limit of none takes none, and one that was lowered waits for more than one to leave", async () => {
    const [counters] = (await fresh(1)) as [Counters];
    expect(await counters.hit("nobody", 0, 1000)).toMatchObject({ allowed: false, remaining: 0 });
    for (let count = 0; count < 20; count++) await counters.hit("anna", 20, 60_000);
    await Bun.sleep(20);
    const lowered = await counters.hit("anna", 2, 60_000);
    expect(lowered).toMatchObject({ allowed: false, remaining: 0 });
    expect(lowered.retryMs).toBeLessThanOrEqual(60_000);
    expect((await counters.hit("anna", 21, 60_000)).allowed).toBe(true);
  });

  test("windows of different names know nothing of each other", async () => {
    const [counters] = (await fresh(1)) as [Counters];
    await counters.hit("anna", 1, 60_000);
    expect((await counters.hit("bert", 1, 60_000)).allowed).toBe(true);
    expect((await counters.hit("anna", 1, 60_000)).allowed).toBe(false);
  });

  test("places are given once each, and again when they are released", async () => {
    const counters = await fresh(2);
    const asked = Array.from({ length: 20 }, (_, index) => counters[index % 2]!.seize("anna", 4));
    const places = (await Promise.all(asked)).flatMap((place) => place ?? []);
    expect(places).toHaveLength(4);
    await places[0]!.release();
    await places[0]!.release();
    expect(await counters[0]!.seize("anna", 4)).toBeDefined();
    expect(await counters[1]!.seize("anna", 4)).toBeUndefined();
  });

  test("a budget is spent, held and settled to the last micro-dollar", async () => {
    const [one, two] = (await fresh(2)) as [Counters, Counters];
    expect(await one.hold(order({ id: "a", amount: 60 }))).toBe(true);
    expect(await two.hold(order({ id: "b", amount: 41 }))).toBe(false);
    expect(await two.hold(order({ id: "b", amount: 40 }))).toBe(true);
    await one.settle("anna", "a", 25);
    expect(await two.hold(order({ id: "c", amount: 36 }))).toBe(false);
    expect(await two.hold(order({ id: "c", amount: 35 }))).toBe(true);
    await two.free("anna", "c");
    await two.free("anna", "b");
    expect(await one.hold(order({ id: "d", amount: 76 }))).toBe(false);
    expect(await one.hold(order({ id: "d", amount: 75 }))).toBe(true);
  });

  test("a hold that is placed again is placed once, with the new amount", async () => {
    const [one, two] = (await fresh(2)) as [Counters, Counters];
    await one.hold(order({ id: "task", amount: 60 }));
    expect(await two.hold(order({ id: "task", amount: 70 }))).toBe(true);
    expect(await two.hold(order({ id: "other", amount: 30 }))).toBe(true);
    // Refused, it stays as it was.
    expect(await one.hold(order({ id: "task", amount: 71 }))).toBe(false);
    expect(await one.hold(order({ id: "more", amount: 1 }))).toBe(false);
    // A call that runs already cannot be refused.
    expect(await two.hold(order({ id: "task", amount: 500, most: Infinity }))).toBe(true);
    await two.settle("anna", "task", 70);
    expect(await one.hold(order({ id: "more", amount: 1 }))).toBe(false);
    await one.free("anna", "other");
    expect(await one.hold(order({ id: "more", amount: 30 }))).toBe(true);
  });

  test("what holds nothing costs nothing, and nothing is settled twice", async () => {
    const [counters] = (await fresh(1)) as [Counters];
    await counters.hold(order({ id: "a", amount: 50 }));
    await counters.settle("anna", "never", 50);
    await counters.settle("anna", "a", 50);
    await counters.settle("anna", "a", 50);
    await counters.free("anna", "a");
    expect(await counters.hold(order({ id: "b", amount: 50 }))).toBe(true);
    expect(await counters.hold(order({ id: "c", amount: 1 }))).toBe(false);
  });

  test("the books are asked once, at a budget's first use", async () => {
    const [counters] = (await fresh(1)) as [Counters];
    let asked = 0;
    const spent = async () => {
      asked += 1;
      await Bun.sleep(5);
      return 70;
    };
    expect(await counters.hold(order({ id: "a", amount: 31, spent }))).toBe(false);
    expect(await counters.hold(order({ id: "a", amount: 30, spent }))).toBe(true);
    expect(await counters.hold(order({ id: "b", amount: 1, spent }))).toBe(false);
    expect(asked).toBe(1);
  });

  test("books that cannot be read refuse the call, and are asked again by the next", async () => {
    const [counters] = (await fresh(1)) as [Counters];
    const spent = () => Promise.reject(new Error("no books"));
    expect(counters.hold(order({ spent }))).rejects.toThrow("no books");
    expect(await counters.hold(order({ amount: 100 }))).toBe(true);
  });

  test("everybody hears what is published, but not of other topics or after unsubscribing", async () => {
    const [one, two] = (await fresh(2)) as [Counters, Counters];
    const heard: string[] = [];
    const stop = one.subscribe("keys", (text) => heard.push(`one ${text}`));
    const both = new Promise<void>((resolve) =>
      two.subscribe("keys", (text) => {
        heard.push(`two ${text}`);
        if (text === "last of all") resolve();
      }),
    );
    one.subscribe("other", (text) => heard.push(`other ${text}`));
    await one.publish("keys", "first, with spaces");
    await two.publish("keys", "second");
    await Bun.sleep(20);
    stop();
    await one.publish("keys", "last of all");
    await both;
    expect(heard.toSorted()).toEqual([
      "one first, with spaces",
      "one second",
      "two first, with spaces",
      "two last of all",
      "two second",
    ]);
  });
});
