/** Forgetting tasks that are over: past their time, then the oldest of what is too much. */
import type { TransactionSQL } from "bun";
import type { Database } from "../database.ts";
import { type Row, type TaskRecord, taskOf } from "./task.ts";

export interface TaskLimits {
  now: number;
  /** Tasks that are over. */
  most: number;
  /** Bytes that they take. */
  maxBytes: number;
}

const AT_ONCE = 200;
const PAGE = 2_000;

interface Place {
  expires_at: number | string;
  id: string;
}

/** Those that were forgotten. A task whose callback is still due stays until that is over. */
export async function sweepTasks(database: Database, limits: TaskLimits): Promise<TaskRecord[]> {
  const past = await removeUpTo(database, { expires_at: limits.now + 1, id: "" });
  const edge = await findEdge(database, limits);
  return edge ? [...past, ...(await removeUpTo(database, edge))] : past;
}

/** The newest that has no room any more, counting from the newest of all. */
async function findEdge({ sql }: Database, { most, maxBytes }: TaskLimits) {
  let bytes = 0;
  let count = 0;
  let last: Place = { expires_at: Number.MAX_SAFE_INTEGER, id: "" };
  for (;;) {
    // The index holds all three columns: no row is read.
    const page = await sql<(Place & { size: number | string })[]>`
      select expires_at, id, size from tasks
      where expires_at is not null and (expires_at, id) < (${last.expires_at}, ${last.id})
      order by expires_at desc, id desc limit ${PAGE}`;
    for (const row of page) {
      bytes += Number(row.size);
      count += 1;
      if (count > most || bytes > maxBytes) return row;
      last = row;
    }
    if (page.length < PAGE) return undefined;
    await breath();
  }
}

async function removeUpTo(database: Database, place: Place): Promise<TaskRecord[]> {
  const gone: TaskRecord[] = [];
  for (;;) {
    const some = await database.transaction((tx) => remove(tx, database, place));
    gone.push(...some);
    if (some.length < AT_ONCE) return gone;
    await breath();
  }
}

async function remove(tx: TransactionSQL, { skipLocked }: Database, { expires_at, id }: Place) {
  const rows = await tx<Row[]>`
    delete from tasks where id in (
      select id from tasks
      where expires_at is not null and (expires_at, id) <= (${expires_at}, ${id})
        and callback <> 'due'
      order by expires_at, id limit ${AT_ONCE} ${tx.unsafe(skipLocked)})
    returning *`;
  for (const row of rows) await tx`delete from task_calls where task_id = ${String(row.id)}`;
  return rows.map(taskOf);
}

const breath = () => new Promise(setImmediate);
