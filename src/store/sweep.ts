/** Forgetting: what is past its time, then the oldest of what is too much. */
import type { Database } from "./database.ts";

export interface Swept {
  /** Past their time. */
  expired: number;
  /** Ended, and beyond the bytes that are kept. */
  crowdedOut: number;
}

export interface Sweep {
  database: Database;
  now: number;
  /** How many bytes of ended requests are kept. */
  maxBytes: number;
  /** Tells of each that is gone. */
  forget: (requestId: string) => void;
}

interface Place {
  expires_at: number | string;
  request_id: string;
}

/** Small enough that SQLite, which works in the calling thread, holds nobody up. */
const AT_ONCE = 200;
const PAGE = 2_000;

export async function sweepRequests(sweep: Sweep): Promise<Swept> {
  // Of equal times the empty id is the first: this place is right before `now + 1`.
  const expired = await removeUpTo(sweep, { expires_at: sweep.now + 1, request_id: "" }, false);
  const edge = await findEdge(sweep);
  return { expired, crowdedOut: edge ? await removeUpTo(sweep, edge, true) : 0 };
}

/** The newest that has no room any more, counting from the newest of all. */
async function findEdge({ database, maxBytes }: Sweep): Promise<Place | undefined> {
  let total = 0;
  let last: Place = { expires_at: Number.MAX_SAFE_INTEGER, request_id: "" };
  for (;;) {
    // The index holds all three columns: no row is read.
    const page = await database.sql<(Place & { size: number })[]>`
      select expires_at, request_id, size from fal_requests
      where (expires_at, request_id) < (${last.expires_at}, ${last.request_id})
      order by expires_at desc, request_id desc limit ${PAGE}`;
    for (const row of page) {
      total += row.size;
      if (total > maxBytes) return row;
      last = row;
    }
    if (page.length < PAGE) return undefined;
    await breath();
  }
}

/** Removes what stands at the place or before it, a few at a time. */
async function removeUpTo(
  { database, forget }: Sweep,
  { expires_at, request_id }: Place,
  endedOnly: boolean,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const gone = await database.transaction(
      (tx) => tx<{ request_id: string }[]>`
        delete from fal_requests where request_id in (
          select request_id from fal_requests
          where (expires_at, request_id) <= (${expires_at}, ${request_id})
            ${endedOnly ? tx`and state <> 'pending'` : tx``}
          order by expires_at, request_id limit ${AT_ONCE} ${tx.unsafe(database.skipLocked)})
        returning request_id`,
    );
    for (const row of gone) forget(row.request_id);
    removed += gone.length;
    if (gone.length < AT_ONCE) return removed;
    await breath();
  }
}

const breath = () => new Promise(setImmediate);
