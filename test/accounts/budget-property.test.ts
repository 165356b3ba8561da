/** No interleaving of opening, taking and ending calls spends more than a budget, or loses a call. */
import { describe, expect, test } from "bun:test";
import type { Budget } from "../../src/accounts/limits.ts";
import { createPurchases } from "../../src/accounts/purchases.ts";
import type { EndState, Purchase } from "../../src/fal/purchase.ts";
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";
import type { Database } from "../../src/store/database.ts";
import { createUsage } from "../../src/store/usage/usage.ts";
import { engines } from "../store/support.ts";
import { random } from "../support/random.ts";

const OWNER = "key-anna";
const BUDGET: Budget = { microUsd: 1_000_000, period: "month" };
/** A dollar for a hundred units. */
const PRICE = { unit: "images", amount: 0.01 };

function process(database: Database) {
  const usage = createUsage({
    database,
    writes: createWriteBehind({ database, log: silent, everyMs: 1 }),
  });
  const till = createPurchases({
    counters: createMemoryCounters(),
    usage,
    prices: { known: () => PRICE, of: () => PRICE },
    estimate: (_, __, input) => (input as { units: number } | undefined)?.units ?? 1,
    tokensIn: () => undefined,
    isRevoked: () => false,
    budgetOf: () => BUDGET,
    missingPrice: "refuse",
    log: silent,
  });
  return { usage, till };
}

const buyer = { owner: OWNER, trace: "t", route: "/v1/images/generations", model: "m" };

interface Open {
  purchase: Purchase;
  requestId: string;
  units: number;
  taken: boolean;
}

describe.each(engines)("$name", (engine) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("seed %i", async (seed) => {
    const below = random(seed);
    const integer = (from: number, to: number) => from + below(to - from + 1);
    const chance = (share: number) => below(1000) < share * 1000;
    const pick = <T>(list: readonly T[]): T | undefined => list[below(Math.max(1, list.length))];
    const database = await (await engine.fresh()).open();
    let { usage, till } = process(database);
    const open: Open[] = [];
    /** What fal would have billed: every end counts once, whoever tells it and how often. */
    let billed = 0;
    let serial = 0;

    async function begin(): Promise<void> {
      const orders = Array.from({ length: integer(1, 3) }, () => ({
        endpoint: "fal-ai/x",
        input: { units: integer(1, 12) },
        way: "queue" as const,
      }));
      try {
        const bought = await till.open(buyer, orders);
        open.push(
          ...bought.map((purchase, index) => ({
            purchase,
            requestId: `request-${(serial += 1)}`,
            units: orders[index]!.input.units,
            taken: false,
          })),
        );
      } catch (error) {
        expect((error as { code?: string }).code).toBe("insufficient_quota");
      }
    }

    function step(): void {
      const call = pick(open);
      if (!call) return;
      if (!call.taken && chance(0.7)) {
        call.taken = true;
        return call.purchase.taken({ requestId: call.requestId, falKey: "digest" });
      }
      open.splice(open.indexOf(call), 1);
      if (!call.taken) {
        return chance(0.5) ? call.purchase.forget() : call.purchase.ended({ state: "refused" });
      }
      const state = pick<EndState>(["completed", "completed", "failed", "cancelled"])!;
      const units = state === "completed" ? integer(0, call.units) : 0;
      billed += units * 10_000;
      // Told again, by others that have seen it too.
      for (let times = integer(1, 3); times > 0; times -= 1) {
        if (chance(0.5)) call.purchase.ended({ state, units });
        else till.ended(call.purchase.id, { state, units });
      }
    }

    /** The process dies and the next one takes up what is open: what was not taken is gone. */
    async function restart(): Promise<void> {
      await usage.flush();
      const left = open.splice(0).filter(({ taken }) => taken);
      ({ usage, till } = process(database));
      await till.takeUp(Date.now() + 1);
      for (const call of left) {
        const id = call.purchase.id;
        const order = {
          id,
          endpoint: "fal-ai/x",
          input: { units: call.units },
          way: "queue",
        } as const;
        const taken = { requestId: call.requestId, falKey: "digest" };
        open.push({ ...call, purchase: till.resume(buyer, order, taken) });
      }
    }

    for (let round = 0; round < 60; round += 1) {
      if (chance(0.04)) await restart();
      if (chance(0.6)) await Promise.all(Array.from({ length: integer(1, 4) }, begin));
      for (let steps = integer(0, 6); steps > 0; steps -= 1) step();
      if (chance(0.2)) await Bun.sleep(0);
      const taken = open.filter((call) => call.taken);
      const most = billed + taken.reduce((sum, { units }) => sum + units * 10_000, 0);
      expect(most).toBeLessThanOrEqual(BUDGET.microUsd);
    }
    while (open.length > 0) step();
    await Bun.sleep(5);
    expect(await usage.spent(OWNER, 0)).toBe(billed);
    expect(await usage.open(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);

    // All that was set aside and not spent is there again, to the last cent.
    const left = Math.floor((BUDGET.microUsd - billed) / 10_000);
    const order = (units: number) => ({
      endpoint: "fal-ai/x",
      input: { units },
      way: "queue" as const,
    });
    const refused = await Promise.resolve(till.open(buyer, [order(left + 1)])).catch(
      (e: unknown) => e,
    );
    expect((refused as { status?: number }).status).toBe(402);
    if (left > 0) expect(await till.open(buyer, [order(left)])).toHaveLength(1);
    await database.close();
  });
});
