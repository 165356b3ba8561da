/** Budgets in Redis. While it is lost nothing more is held, and what is settled waits. */
import type { Connection } from "./connection.ts";
import { CountersLost, type Hold } from "./counters.ts";
import { BEAT_MS, type Leased, leaseOf } from "./leases.ts";
import { HOLD, RENEW, SETTLE } from "./lua.ts";

export interface RedisBudgets extends Leased {
  hold(order: Hold): Promise<boolean>;
  settle(budget: string, id: string, actual: number): Promise<void>;
  /** Settles what could not be settled while Redis was lost. */
  resume(): void;
}

/** A budget that nobody touches for so long is read from the books when it is used again. */
const REMEMBERED_MS = 3 * 24 * 60 * 60_000;
/** Every instance beats within this: a Redis that forgot what was held has been told it again by then. */
const GATHER_MS = BEAT_MS + 1000;
/** More than a double needs to be beyond any budget; Lua reads no Infinity. */
const ANY = "1e300";

interface Held {
  amount: number;
  survives: boolean;
}

/** `since`: the key that says since when Redis remembers. */
export function createRedisBudgets(
  connection: () => Connection,
  keysOf: (budget: string) => readonly string[],
  since: string,
): RedisBudgets {
  const held = new Map<string, Map<string, Held>>();
  const late: { budget: string; id: string; actual: number }[] = [];

  function drop(budget: string, id: string): void {
    const holds = held.get(budget);
    holds?.delete(id);
    if (holds?.size === 0) held.delete(budget);
  }

  async function hold({ budget, id, amount, most, spent, survives = false }: Hold) {
    const limit = most === Number.POSITIVE_INFINITY ? ANY : most;
    const lease = leaseOf(survives);
    async function ask(books: number | "") {
      const keys = [...keysOf(budget), since];
      const args = [id, amount, limit, lease, REMEMBERED_MS, books];
      const [answer, age] = (await connection().run(HOLD, keys, args)) as [number, number];
      return { answer, age };
    }
    let { answer, age } = await ask("");
    if (answer === -1) {
      if (age < GATHER_MS) await Bun.sleep(GATHER_MS - age);
      ({ answer } = await ask(Math.round(await spent())));
    }
    if (answer !== 1) return false;
    const holds = held.get(budget) ?? new Map<string, Held>();
    held.set(budget, holds.set(id, { amount, survives }));
    return true;
  }

  async function settle(budget: string, id: string, actual: number): Promise<void> {
    drop(budget, id);
    try {
      // A second time changes nothing, so that one whose answer was lost may be sent again.
      await connection().run(SETTLE, keysOf(budget), [id, Math.round(actual)]);
    } catch (error) {
      if (!(error instanceof CountersLost)) throw error;
      late.push({ budget, id, actual });
    }
  }

  async function renewed(run: Connection["run"], known: boolean, budget: string) {
    const holds = [...(held.get(budget) ?? [])];
    const told = holds.flatMap(([id, { amount, survives }]) => [id, amount, leaseOf(survives)]);
    const gone = await run(RENEW, keysOf(budget), [REMEMBERED_MS, known ? 0 : 1, ...told]);
    for (const id of gone as string[]) drop(budget, id);
  }

  return {
    hold,
    settle,
    resume() {
      for (const { budget, id, actual } of late.splice(0)) void settle(budget, id, actual);
    },
    async renew(run, known) {
      await Promise.all([...held.keys()].map((budget) => renewed(run, known, budget)));
    },
  };
}
