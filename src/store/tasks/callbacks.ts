/** Callbacks that are still to be made, and what came of those that were. */
import type { Database } from "../database.ts";
import { type CallbackState, type Row, type TaskRecord, taskOf } from "./task.ts";

export interface CallbackQueue {
  /** Due by then, the earliest first. */
  due(by: number, limit: number): Promise<TaskRecord[]>;
  /** An attempt was made: `state` is `due` where another follows, at `at`. */
  tried(id: string, state: CallbackState, tries: number, at: number | null): Promise<void>;
  count(): Promise<number>;
}

export function createCallbackQueue(database: Database): CallbackQueue {
  return {
    async due(by, limit) {
      const rows = await database.sql<Row[]>`
        select * from tasks where callback = 'due' and callback_at <= ${by}
        order by callback_at, id limit ${limit}`;
      return rows.map(taskOf);
    },
    async tried(id, state, tries, at) {
      await database.transaction(
        (tx) => tx`
          update tasks set callback = ${state}, callback_tries = ${tries}, callback_at = ${at}
          where id = ${id} and callback = 'due' and callback_tries < ${tries}`,
      );
    },
    async count() {
      const [row] = await database.sql<Row[]>`
        select count(*) as count from tasks where callback = 'due'`;
      return Number(row?.count ?? 0);
    },
  };
}
