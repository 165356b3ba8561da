/** Callbacks that are still to be made, and what came of those that were. */
import type { Database } from "../database.ts";
import { type CallbackState, type Row, type TaskRecord, taskOf } from "./task.ts";

export interface CallbackQueue {
  /** Due by then, the earliest first. */
  due(by: number, limit: number): Promise<TaskRecord[]>;
  /**
   * Whether this attempt, the `tries`th, is the caller's to make; unless it is closed, another is due
   * at `at`, also when the caller dies over this one.
   */
  claim(id: string, tries: number, at: number): Promise<boolean>;
  close(id: string, state: Extract<CallbackState, "heard" | "given up">): Promise<void>;
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
    async claim(id, tries, at) {
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          update tasks set callback_tries = ${tries}, callback_at = ${at}
          where id = ${id} and callback = 'due' and callback_tries = ${tries - 1} returning id`,
      );
      return rows.length > 0;
    },
    async close(id, state) {
      await database.transaction(
        (tx) => tx`
          update tasks set callback = ${state}, callback_at = null
          where id = ${id} and callback = 'due'`,
      );
    },
    async count() {
      const [row] = await database.sql<Row[]>`
        select count(*) as count from tasks where callback = 'due'`;
      return Number(row?.count ?? 0);
    },
  };
}
