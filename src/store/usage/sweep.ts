/** Forgetting calls that were over long ago: what they have cost stays, as a sum for each key and day. */
import type { TransactionSQL } from "bun";
import type { Database } from "../database.ts";

interface Gone {
  owner: string;
  opened_at: number | string;
  cost: number | string;
}

const DAY_MS = 24 * 60 * 60_000;

/** Small enough that SQLite, which works in the calling thread, holds nobody up. */
const AT_ONCE = 200;

/**
 * How many were forgotten that ended before `before`. An open one stays, however old; its end would
 * bring a forgotten one back, so it is the end whose age counts.
 */
export async function sweepUsage(database: Database, before: number): Promise<number> {
  for (let count = 0; ;) {
    const gone = await database.transaction((tx) => fold(tx, database, before));
    count += gone;
    if (gone < AT_ONCE) return count;
    await breath();
  }
}

/** Gone from the one table and in the other at the same moment: no budget sees a call twice, or not. */
async function fold(tx: TransactionSQL, { skipLocked }: Database, before: number) {
  const gone = await tx<Gone[]>`
    delete from usage where id in (
      select id from usage
      where opened_at < ${before} and ended_at < ${before} and state <> 'open'
      order by opened_at limit ${AT_ONCE} ${tx.unsafe(skipLocked)})
    returning owner, opened_at, cost`;
  for (const row of sumsOf(gone)) {
    await tx`
      insert into usage_days ${tx(row)}
      on conflict (owner, day) do update set cost = usage_days.cost + excluded.cost`;
  }
  return gone.length;
}

/** In one order, so that two that sweep at once never wait for each other in a circle. */
function sumsOf(gone: readonly Gone[]) {
  const days = new Map<string, { owner: string; day: number; cost: number }>();
  for (const { owner, opened_at, cost } of gone) {
    const day = Math.floor(Number(opened_at) / DAY_MS);
    const place = `${owner} ${day}`;
    const before = days.get(place)?.cost ?? 0;
    days.set(place, { owner, day, cost: before + Number(cost) });
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const breath = () => new Promise(setImmediate);
