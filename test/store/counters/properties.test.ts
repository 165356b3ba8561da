/** Whatever the interleaving: no budget is overspent, no limit passed, no place given twice. */
import { afterAll, describe, expect, test } from "bun:test";
import { createMemoryCounters } from "../../../src/store/counters/memory.ts";
import { random } from "../../support/random.ts";
import { kinds, tidy } from "./support.ts";

afterAll(tidy);

const SEEDS = [1, 2, 3, 4, 5];

describe.each([...kinds])("$name", ({ fresh }) => {
  test.each(SEEDS)("holds and settlements never pass the budget (seed %i)", async (seed) => {
    const below = random(seed);
    const counters = await fresh(3);
    const most = 10_000;
    const before = below(5_000);
    let spent = before;
    let held = 0;
    let worst = 0;
    let granted = 0;

    /** A call, from its hold to what it cost: never more than was held, often nothing. */
    async function call(id: string): Promise<void> {
      const amount = 1 + below(900);
      const actual = below(3) === 0 ? 0 : below(amount + 1);
      const one = counters[below(3)]!;
      const other = counters[below(3)]!;
      const order = { budget: "anna", id, amount, most, spent: async () => before };
      if (!(await one.hold(order))) return;
      granted += 1;
      held += amount;
      worst = Math.max(worst, spent + held);
      if (below(3) === 0) await Bun.sleep(below(3));
      // What is settled counts from before it is told, or two truths would hold at once.
      held -= amount;
      spent += actual;
      await (actual === 0 ? other.free("anna", id) : other.settle("anna", id, actual));
    }

    await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        for (let number = 0; number < 40; number++) await call(`${lane}-${number}`);
      }),
    );
    expect(granted).toBeGreaterThan(10);
    expect(spent).toBeLessThanOrEqual(most);
    expect(worst).toBeLessThanOrEqual(most);
    // Nothing is left behind: what remains of it is there to the last unit, and not one more.
    const rest = { budget: "anna", id: "rest", most, spent: async () => 0 };
    expect(await counters[0]!.hold({ ...rest, amount: most - spent + 1 })).toBe(false);
    expect(await counters[0]!.hold({ ...rest, amount: most - spent })).toBe(true);
  });

  test.each(SEEDS)("places are never more than the limit (seed %i)", async (seed) => {
    const below = random(seed);
    const counters = await fresh(3);
    const limit = 1 + below(6);
    let held = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let turn = 0; turn < 30; turn++) {
          const place = await counters[below(3)]!.seize("anna", limit);
          if (!place) continue;
          held += 1;
          most = Math.max(most, held);
          if (below(2) === 0) await Bun.sleep(0);
          held -= 1;
          await place.release();
        }
      }),
    );
    expect(most).toBeLessThanOrEqual(limit);
    const all = await Promise.all(
      Array.from({ length: limit + 1 }, () => counters[0]!.seize("anna", limit)),
    );
    expect(all.filter(Boolean)).toHaveLength(limit);
  });
});

test.each(SEEDS)("no window ever holds more than its limit (seed %i)", async (seed) => {
  const below = random(seed);
  let now = 0;
  const counters = createMemoryCounters({ now: () => now });
  const limit = 1 + below(20);
  const windowMs = 100 + below(900);
  const allowed: number[] = [];
  for (let call = 0; call < 3000; call++) {
    now += below(5) === 0 ? below(windowMs) : below(10);
    const inside = allowed.filter((at) => at > now - windowMs).length;
    const hit = await counters.hit("anna", limit, windowMs);
    // Exactly: refused only where it is full, and then until the moment that was told.
    expect(hit.allowed).toBe(inside < limit);
    if (hit.allowed) allowed.push(now);
    if (hit.retryMs > 0) {
      const free = allowed.at(-limit)! + windowMs;
      expect(now + hit.retryMs).toBe(free);
    }
    expect(hit.remaining).toBe(Math.max(0, limit - inside - Number(hit.allowed)));
  }
  expect(allowed.length).toBeGreaterThan(limit);
});
