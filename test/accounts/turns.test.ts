/** Whose turn it is: a simulation of many pictures and few, in slots of time instead of seconds. */
import { describe, expect, test } from "bun:test";
import { createTurns, type Turn } from "../../src/accounts/turns.ts";
import { createFalKeys } from "../../src/fal/keys.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";

const LIMIT = 4;

/** Turns and a clock: each call takes one slot's time, and slots end at the times they do. */
function world(falKeys = ["id:secret"], weights: Record<string, number> = {}) {
  const turns = createTurns({
    counters: createMemoryCounters(),
    keys: createFalKeys(falKeys),
    limit: LIMIT,
    weightOf: (owner) => weights[owner] ?? 1,
  });
  const ends: { at: number; turn: Turn }[] = [];
  /** How long each call has waited, in slots' time, by owner. */
  const waits: Record<string, number[]> = {};
  const served: string[] = [];
  let clock = 0;
  let calls = 0;

  function ask(owner: string): void {
    const asked = clock;
    const id = `call ${++calls}`;
    void turns.take({ id, owner, survives: false }).then((turn) => {
      (waits[owner] ??= []).push(clock - asked);
      served.push(owner);
      // No two slots end at once, as at fal.
      ends.push({ at: clock + 1 + served.length / 1e6, turn });
    });
  }

  /** Lets time pass until `when`, or until all is done. */
  async function until(when = Number.POSITIVE_INFINITY): Promise<void> {
    await Bun.sleep(0);
    for (;;) {
      ends.sort((one, other) => one.at - other.at);
      if (!ends[0] || ends[0].at > when) break;
      const { at, turn } = ends.shift()!;
      clock = at;
      turn.release();
      await Promise.resolve().then(() => {});
      await Bun.sleep(0);
    }
    if (when < Number.POSITIVE_INFINITY) clock = when;
  }

  return { ask, until, waits, served, turns };
}

const longest = (waits: readonly number[][]) => Math.round(Math.max(...waits.flat()) * 100) / 100;

describe("one key sends 500 pictures and nine send one each", () => {
  const nine = Array.from({ length: 9 }, (_, index) => `key ${index + 1}`);

  test("in the midst of the 500, each of the nine waits at most one slot's time", async () => {
    const { ask, until, waits, served } = world();
    for (let picture = 0; picture < 500; picture++) ask("batch");
    for (const [index, key] of nine.entries()) {
      await until(3.5 + index * 7);
      ask(key);
    }
    await until();
    expect(longest(nine.map((key) => waits[key]!))).toBeLessThanOrEqual(1);
    expect(served).toHaveLength(509);
    // The batch is delayed by the nine, and by nothing else.
    expect(longest([waits.batch!])).toBeLessThanOrEqual(Math.ceil(509 / LIMIT));
  });

  test("all nine at the same moment take the next nine slots, before any other of the 500", async () => {
    const { ask, until, waits, served } = world();
    for (let picture = 0; picture < 500; picture++) ask("batch");
    await until(10.5);
    const before = served.length;
    for (const key of nine) ask(key);
    await until();
    expect(served.slice(before, before + nine.length)).toEqual(nine);
    // Four slots for nine calls: three rounds at the least, whoever waits behind them.
    expect(longest(nine.map((key) => waits[key]!))).toBeLessThanOrEqual(Math.ceil(9 / LIMIT));
  });

  test("without sharing, who comes last waits for 125 slots' time", async () => {
    const { ask, until, waits } = world();
    for (let picture = 0; picture < 500; picture++) ask("everybody");
    ask("everybody");
    await until();
    expect(Math.floor(longest([waits.everybody!]))).toBe(125);
  });
});

test("weights are turns: who has twice the weight has twice the slots", async () => {
  const { ask, until, served } = world(["id:secret"], { heavy: 2 });
  for (let picture = 0; picture < 60; picture++) {
    ask("light");
    ask("heavy");
  }
  await until();
  const first = served.slice(0, 60);
  const heavy = first.filter((owner) => owner === "heavy").length;
  expect(Math.abs(heavy - 40)).toBeLessThanOrEqual(1);
});

test("several fal keys have their slots each, and a turn names the key", async () => {
  const keys = createFalKeys(["a:1", "b:2"]);
  const counters = createMemoryCounters();
  const turns = createTurns({ counters, keys, limit: 2, weightOf: () => 1 });
  const ask = (id: string) => turns.take({ id, owner: "anna", survives: false });
  const taken = await Promise.all(["1", "2", "3", "4"].map(ask));
  const used = taken.map(({ key }) => key!.value).toSorted();
  expect(used).toEqual(["a:1", "a:1", "b:2", "b:2"]);
  let fifth: Turn | undefined;
  void ask("5").then((turn) => (fifth = turn));
  // A key that fal refuses gives no turns: its free slot stays empty.
  keys.setAside(keys.all[0]!, "refused");
  taken.find(({ key }) => key!.value === "a:1")!.release();
  await Bun.sleep(0);
  expect(fifth).toBeUndefined();
  taken.find(({ key }) => key!.value === "b:2")!.release();
  await Bun.sleep(0);
  expect(fifth!.key!.value).toBe("b:2");
  expect(turns.counts()).toEqual({ waiting: 0, inProgress: 3 });
});

test("a call that fal has already takes its slot without waiting", async () => {
  const keys = createFalKeys(["a:1"]);
  const counters = createMemoryCounters();
  const turns = createTurns({ counters, keys, limit: 1, weightOf: () => 1 });
  const order = { id: "task generate fal-ai/veo3 0", owner: "anna", survives: true };
  const resumed = turns.occupy(order, keys.all[0]!.id);
  let next: Turn | undefined;
  void turns.take({ id: "2", owner: "anna", survives: true }).then((turn) => (next = turn));
  await Bun.sleep(0);
  expect(next).toBeUndefined();
  resumed.release();
  await Bun.sleep(0);
  expect(next!.key).toBe(keys.all[0]!);
});
