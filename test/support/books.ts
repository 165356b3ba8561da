/** A gateway whose books can be read: over a database that outlives it. */
import type { Database } from "../../src/store/database.ts";
import { fromRow, type UsageRecord, type UsageRow } from "../../src/store/usage/record.ts";
import type { UsageStore } from "../../src/store/usage/usage.ts";
import { silent } from "../../src/log.ts";
import type { engines } from "../store/support.ts";
import { assembled, type Assembled, type Options } from "./gateway.ts";
import { ADMIN_KEY } from "./keys.ts";
import { stateIn } from "./state.ts";

export interface Books extends Assembled {
  usage: UsageStore;
  /** All calls in the books once none of them is open, oldest first. */
  closed(): Promise<UsageRecord[]>;
  rows(): Promise<UsageRecord[]>;
}

/** One process over that database. What the test leaves running is started by `parts.start`. */
export async function keepingBooks(database: Database, options: Options = {}): Promise<Books> {
  const { stores } = stateIn(database, { log: silent, everyMs: 5 });
  const { usage } = stores;
  const gateway = await assembled({
    ...options,
    env: { ADMIN_KEY, ...options.env },
    shared: { ...stores, ...options.shared },
  });
  await gateway.parts.prepare();

  async function rows(): Promise<UsageRecord[]> {
    await usage.flush();
    const found = await database.sql<UsageRow[]>`select * from usage order by opened_at, id`;
    return found.map(fromRow);
  }

  async function closed(): Promise<UsageRecord[]> {
    for (const until = Date.now() + 10_000; ;) {
      const found = await rows();
      if (found.length > 0 && found.every(({ state }) => state !== "open")) return found;
      if (Date.now() > until) throw new Error(`still open: ${JSON.stringify(found)}`);
      await Bun.sleep(10);
    }
  }

  return { ...gateway, usage, rows, closed };
}

export interface FreshBooks extends Books {
  database: Database;
}

/** One process over a new database of that engine, which is closed with it. */
export async function freshBooks(engine: (typeof engines)[number]): Promise<FreshBooks> {
  const database = await (await engine.fresh()).open();
  const books = await keepingBooks(database);
  const stop = async () => {
    await books.stop();
    await database.close();
  };
  return { ...books, database, stop };
}

/** Micro-USD that the emulated fal has billed. */
export const billed = ({ fal }: Pick<Books, "fal">): number =>
  fal.billed.reduce((sum, { cost }) => sum + Math.round(cost * 1e6), 0);

/** Micro-USD in the books. */
export const booked = (rows: readonly UsageRecord[]): number =>
  rows.reduce((sum, { cost }) => sum + cost, 0);
