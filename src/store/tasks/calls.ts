/** The calls made for tasks: each written before it is made, so that none is ever made twice. */
import type { Database } from "../database.ts";
import { type CallRecord, callOf, callRank, callRow, type Row, written } from "./task.ts";

/** What becomes of a call; what is left out stays. */
export type CallChange = Pick<CallRecord, "taskId" | "slot" | "attempt" | "state"> &
  Partial<Pick<CallRecord, "falKey" | "requestId" | "url" | "output" | "units" | "error">>;

export interface Calls {
  /** Whether the attempt is the caller's: false where it was begun before, by whomever. */
  begin(call: CallRecord): Promise<boolean>;
  /** Whether it was a step forward. */
  change(change: CallChange): Promise<boolean>;
  /** All of a task's, in the order in which they were begun. */
  of(taskId: string): Promise<CallRecord[]>;
  /** Which of these requests of fal's belong to any task. */
  known(requestIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export function createCalls(database: Database): Calls {
  return {
    async begin(call) {
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          insert into task_calls ${tx(callRow(call))}
          on conflict (task_id, slot, attempt) do nothing returning attempt`,
      );
      if (rows.length > 0) await database.durable();
      return rows.length > 0;
    },

    async change({ taskId, slot, attempt, state, ...change }) {
      const { falKey = null, requestId = null, url = null, units = null } = change;
      const rank = callRank(state);
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          update task_calls set
            state = ${state},
            rank = ${rank},
            fal_key = coalesce(${falKey}, fal_key),
            request_id = coalesce(${requestId}, request_id),
            url = coalesce(${url}, url),
            units = coalesce(${units}, units),
            error = coalesce(${written(change.error)}, error),
            output = coalesce(${written(change.output)}, output)
          where task_id = ${taskId} and slot = ${slot} and attempt = ${attempt} and rank < ${rank}
          returning attempt`,
      );
      return rows.length > 0;
    },

    async of(taskId) {
      const rows = await database.sql<Row[]>`
        select * from task_calls where task_id = ${taskId} order by submitted_at, slot, attempt`;
      return rows.map(callOf);
    },

    async known(requestIds) {
      const found = await Promise.all(
        requestIds.map(
          (id) => database.sql<Row[]>`
            select request_id from task_calls where request_id = ${id}`,
        ),
      );
      return new Set(found.flat().map((row) => String(row.request_id)));
    },
  };
}
