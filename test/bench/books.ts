/** What a call's way through the books costs: its hold, its two records and their writing, on SQLite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Budget } from "../../src/accounts/limits.ts";
import { createPurchases } from "../../src/accounts/purchases.ts";
import { type Purchases, UNCOUNTED } from "../../src/fal/purchase.ts";
import { silent } from "../../src/log.ts";
import { estimate } from "../../src/models/estimate.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createUsage } from "../../src/store/usage/usage.ts";
import { type Figure, figure, type Row } from "./figures.ts";

const ROUNDS = 7;
const TIMES = 5_000;
/** Calls under way at the same time, so that their records are written at different times. */
const AT_ONCE = 50;

const buyer = {
  owner: "key_1",
  trace: "req_1",
  route: "/v1/images/generations",
  model: "flux-dev",
};
const price = { unit: "megapixels", amount: 0.025 };

/** A call from before its submission to its result, as a picture's goes. */
async function buy(purchases: Purchases, index: number): Promise<void> {
  const input = { prompt: `A lighthouse, the ${index}th`, image_size: "square_hd", num_images: 1 };
  const [purchase] = await purchases.open(buyer, [
    { endpoint: "fal-ai/flux/dev", input, way: "queue" },
  ]);
  await purchase!.turn();
  purchase!.taken({ requestId: crypto.randomUUID(), falKey: "49e485d4c1a94622" });
  await Bun.sleep(0);
  purchase!.started();
  purchase!.ended({ state: "completed", units: 1 });
}

async function cost(purchases: Purchases, flush: () => Promise<unknown>): Promise<Figure> {
  const rounds: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let from = 0; from < TIMES; from += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) => buy(purchases, from + index)),
      );
    }
    await flush();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) rounds.push((user + system) / TIMES);
  }
  return figure(rounds);
}

export async function books(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), "falgate-bench-books-"));
  const database = await openDatabase({ dir, log: silent });
  const usage = createUsage({ database, writes: createWriteBehind({ database, log: silent }) });
  const budget: Budget = { microUsd: 1e12, period: "month" };
  const purchases = createPurchases({
    counters: createMemoryCounters(),
    usage,
    prices: { known: () => price, of: () => price },
    estimate: (unit, _, input) => estimate(unit, input),
    tokensIn: () => undefined,
    isRevoked: () => false,
    budgetOf: () => budget,
    missingPrice: "refuse",
    log: silent,
  });
  const falgate = await cost(purchases, usage.flush);
  const bare = await cost(UNCOUNTED, async () => {});
  await database.close();
  rmSync(dir, { recursive: true });
  const against = "the same call with nobody to count it";
  return [
    {
      name: "a call's hold and its books on SQLite, CPU",
      unit: "µs",
      falgate,
      bare,
      against,
      target: 60,
    },
  ];
}
