/** A line in front of a few spots: fair between owners, in order within one, never past the limit. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Line, LineOrder, Spot } from "../../../src/store/counters/line.ts";
import { random } from "../../support/random.ts";
import { kinds, tidy, until } from "./support.ts";

setDefaultTimeout(30_000);
afterAll(tidy);

interface Served {
  id: string;
  spot: Spot;
}

/** Lines as so many processes have them, and who was served, in order. */
async function opened(fresh: (typeof kinds)[number]["fresh"], limit: number, lanes = ["one"]) {
  const counters = await fresh(2);
  const options = { limit, lanes: () => lanes };
  const first = counters[0]!.line("turns", options);
  const second = counters[1] === counters[0] ? first : counters[1]!.line("turns", options);
  const lines: readonly Line[] = [first, second];
  const served: Served[] = [];
  let number = 0;
  const enter = (owner: string, more: Partial<LineOrder> = {}, line = lines[number % 2]!) => {
    const id = `${owner}${++number}`;
    return line.take({ id, owner, ...more }).then((spot) => served.push({ id, spot }));
  };
  /** Ends the call that was served first of those under way. */
  let ended = 0;
  const end = () => served[ended++]!.spot.release();
  const waiting = () =>
    new Set(lines).values().reduce((sum, line) => sum + line.counts().waiting, 0);
  /** Everything in flight has arrived: so many have been served. */
  const settled = (count: number) => until(() => served.length >= count);
  const order = () => served.map(({ id }) => id.replace(/\d+/, "")).join("");
  return { lines, served, enter, end, waiting, settled, order };
}

describe.each([...kinds])("$name", ({ fresh }) => {
  test("who comes anew goes before the second call of anybody else", async () => {
    const { enter, end, settled, order } = await opened(fresh, 2);
    for (let call = 0; call < 20; call++) void enter("a");
    await settled(2);
    await Bun.sleep(20);
    for (const owner of ["b", "c", "d"]) {
      void enter(owner);
      await Bun.sleep(20);
    }
    for (let count = 3; count <= 23; count++) {
      end();
      await settled(count);
    }
    expect(order()).toBe(`aabcd${"a".repeat(18)}`);
  });

  test("owners take turns, by their weights", async () => {
    const { enter, end, settled, order } = await opened(fresh, 1);
    void enter("x");
    await settled(1);
    for (const [owner, weight] of [
      ["a", 1],
      ["b", 2],
    ] as const) {
      for (let call = 0; call < 6; call++) void enter(owner, { weight });
      await Bun.sleep(20);
    }
    for (let count = 2; count <= 13; count++) {
      end();
      await settled(count);
    }
    expect(order().slice(1, 10).split("b").length - 1).toBe(6);
    expect(order()).toBe("xabbabbabbaaa");
  });

  test("within an owner the first is served first", async () => {
    const { lines, served, enter, end, settled } = await opened(fresh, 1);
    for (let call = 0; call < 8; call++) void enter("a", {}, lines[0]);
    for (let count = 1; count <= 8; count++) {
      await settled(count);
      if (count < 8) end();
    }
    expect(served.map(({ id }) => id)).toEqual(["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]);
  });

  test("each lane has its own spots, and the one with most room is taken", async () => {
    const { served, enter, end, settled } = await opened(fresh, 2, ["one", "two"]);
    for (let call = 0; call < 6; call++) void enter("a");
    await settled(4);
    const lanes = () => served.map(({ spot }) => spot.lane);
    expect(lanes().toSorted()).toEqual(["one", "one", "two", "two"]);
    const freed = served[0]!.spot.lane;
    end();
    await settled(5);
    expect(lanes()[4]).toBe(freed);
  });

  test("who leaves gives up its place, and costs the rest of its line nothing", async () => {
    const { lines, enter, end, settled, order, waiting } = await opened(fresh, 1);
    void enter("x");
    await settled(1);
    const leaving = new AbortController();
    const left: unknown[] = [];
    for (let call = 0; call < 5; call++) {
      void enter("a", { signal: leaving.signal }).catch((reason: unknown) => left.push(reason));
    }
    await Bun.sleep(20);
    leaving.abort("gone");
    await until(() => left.length === 5);
    expect(left).toEqual(Array.from({ length: 5 }, () => "gone"));
    expect(waiting()).toBe(0);
    void enter("b");
    await Bun.sleep(20);
    void enter("a");
    await Bun.sleep(20);
    void enter("b");
    for (let count = 2; count <= 4; count++) {
      end();
      await settled(count);
    }
    expect(order()).toBe("xbab");
    expect(lines[0]!.take({ id: "z", owner: "z", signal: AbortSignal.abort("late") })).rejects.toBe(
      "late",
    );
  });

  test("a client that leaves at the very moment of its turn blocks nobody", async () => {
    const { enter, end, settled, served } = await opened(fresh, 1);
    void enter("x");
    await settled(1);
    const leaving = new AbortController();
    enter("a", { signal: leaving.signal }).catch(() => {});
    void enter("b");
    await Bun.sleep(20);
    end();
    leaving.abort();
    // Where its turn was first it was served, and whoever serves it finds that nobody waits.
    await until(() => {
      served.find(({ id }) => id.startsWith("a"))?.spot.release();
      return served.at(-1)!.id.startsWith("b");
    });
  });

  test("how many are before it is told at the start and as it moves", async () => {
    const { enter, end, settled } = await opened(fresh, 1);
    void enter("x");
    await settled(1);
    void enter("a");
    void enter("a");
    await Bun.sleep(20);
    const told: number[] = [];
    void enter("b", { moved: (ahead) => told.push(ahead) });
    await until(() => told.length === 1);
    expect(told).toEqual([1]);
    end();
    await settled(2);
    await until(() => told.length === 2);
    expect(told).toEqual([1, 0]);
  });

  test("what runs already takes its spot, free or not, and gives it back", async () => {
    const { lines, enter, end, settled, order } = await opened(fresh, 1);
    void enter("a");
    await settled(1);
    const spot = lines[1]!.occupy({ id: "task", lane: "one", survives: true });
    void enter("b");
    await Bun.sleep(20);
    end();
    await Bun.sleep(50);
    expect(order()).toBe("a");
    spot.release();
    spot.release();
    await settled(2);
    expect(order()).toBe("ab");
    void enter("c");
    await Bun.sleep(50);
    expect(order()).toBe("ab");
  });

  test.each([1, 2, 3, 4])(
    "whatever happens, the limit holds and nobody is forgotten (seed %i)",
    async (seed) => {
      const below = random(seed);
      const limit = 1 + below(4);
      const lanes = ["one", "two"].slice(0, 1 + below(2));
      const { lines } = await opened(fresh, limit, lanes);
      const running = new Map<string, number>();
      let most = 0;
      let served = 0;
      let gone = 0;

      async function call(owner: string, number: number): Promise<void> {
        const line = lines[below(2)]!;
        const signal = below(5) === 0 ? AbortSignal.timeout(1 + below(20)) : undefined;
        const spot = await line
          .take({ id: `${owner}-${number}`, owner, signal, survives: below(2) === 0 })
          .catch(() => undefined);
        if (!spot) return void (gone += 1);
        served += 1;
        running.set(spot.lane, (running.get(spot.lane) ?? 0) + 1);
        most = Math.max(most, ...running.values());
        await Bun.sleep(below(3));
        running.set(spot.lane, running.get(spot.lane)! - 1);
        spot.release();
      }

      await Promise.all(
        Array.from({ length: 60 }, async (_, number) => {
          await Bun.sleep(below(30));
          await call(["a", "a", "a", "b", "c"][below(5)]!, number);
        }),
      );
      expect(served + gone).toBe(60);
      expect(served).toBeGreaterThan(20);
      expect(most).toBeLessThanOrEqual(limit);
      expect(lines.map((line) => line.counts())).toEqual([
        { waiting: 0, taken: 0 },
        { waiting: 0, taken: 0 },
      ]);
      // Nothing is left behind: all spots can be had at once.
      const all = Array.from({ length: limit * lanes.length }, (_, number) =>
        lines[number % 2]!.take({ id: `rest-${number}`, owner: "rest" }),
      );
      for (const spot of await Promise.all(all)) spot.release();
    },
  );
});
