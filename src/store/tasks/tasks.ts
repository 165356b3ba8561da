/** Durable tasks in SQLite or PostgreSQL. What a method has resolved is on the disk. */
import type { Database } from "../database.ts";
import { type CallbackQueue, createCallbackQueue } from "./callbacks.ts";
import { type Calls, createCalls } from "./calls.ts";
import { createLeases, type Leases } from "./lease.ts";
import { type ListQuery, listTasks } from "./list.ts";
import { sweepTasks, type TaskLimits } from "./sweep.ts";
import { LAST_RANK, type Row, sizeOf, type TaskRecord, taskOf, taskRow, written } from "./task.ts";

/** How a task stands now. */
export type TaskChange = Pick<
  TaskRecord,
  "id" | "state" | "rank" | "progress" | "request" | "facts" | "updatedAt"
> &
  Partial<Pick<TaskRecord, "completedAt" | "expiresAt">>;

export interface TaskStore {
  /** False where there is one of that id, or made for the same request. It is this program's to follow. */
  insert(task: TaskRecord): Promise<boolean>;
  /**
   * Whether it was a step forward, or one within the same state: a later state never gives way to an
   * earlier one, and an end to nothing. Reaching the end makes a waiting callback due.
   */
  advance(change: TaskChange): Promise<boolean>;
  /** Keeps progress that is higher than what is known, and since when what is done has been done. */
  progress(id: string, progress: number, updatedAt: number): Promise<void>;
  find(id: string): Promise<TaskRecord | undefined>;
  /** The one that was made for that request. */
  findOnce(once: string): Promise<TaskRecord | undefined>;
  list(query: ListQuery): Promise<TaskRecord[]>;
  /** Remembers that its end was asked for. */
  askCancel(id: string): Promise<void>;
  /** No query of its owner's finds it any more; one that is over is forgotten at once. */
  hide(id: string, now: number): Promise<void>;
  sweep(limits: TaskLimits): Promise<TaskRecord[]>;
  readonly calls: Calls;
  readonly callbacks: CallbackQueue;
  readonly leases: Leases;
}

export interface TaskStoreOptions {
  database: Database;
  /** Names this program among those that share the database. */
  runner?: string;
  now?: () => number;
}

export function createTaskStore(options: TaskStoreOptions): TaskStore {
  const { database, runner = crypto.randomUUID(), now = Date.now } = options;
  const leases = createLeases({ database, runner, now });

  return {
    calls: createCalls(database),
    callbacks: createCallbackQueue(database),
    leases,

    async insert(task) {
      const row = { ...taskRow(task), runner, lease_until: now() + leases.lasts };
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          insert into tasks ${tx(row)} on conflict do nothing returning id`,
      );
      return rows.length > 0;
    },

    async advance({ id, state, rank, progress, updatedAt, ...change }) {
      const request = written(change.request)!;
      const facts = written(change.facts)!;
      const { completedAt = null, expiresAt = null } = change;
      const over = rank === LAST_RANK;
      const rows = await database.transaction(
        (tx) => tx<Row[]>`
          update tasks set
            state = ${state},
            rank = ${rank},
            progress = case when progress > ${progress} then progress else ${progress} end,
            updated_at = ${updatedAt},
            completed_at = ${completedAt},
            expires_at = ${expiresAt},
            size = ${sizeOf(request, facts)},
            request = ${request},
            facts = ${facts}
            ${over ? tx`, callback_at = ${updatedAt}` : tx``}
            ${over ? tx`, callback = case callback when 'waiting' then 'due' else callback end` : tx``}
          where id = ${id} and rank <= ${rank} and rank < ${LAST_RANK}
          returning id`,
      );
      return rows.length > 0;
    },

    async progress(id, progress, updatedAt) {
      await database.transaction(
        (tx) => tx`
          update tasks set progress = ${progress}, updated_at = ${updatedAt}
          where id = ${id} and progress < ${progress} and rank < ${LAST_RANK}`,
      );
    },

    async find(id) {
      // A client's path may hold anything, and PostgreSQL refuses a NUL.
      if (id.includes("\0")) return undefined;
      const [row] = await database.sql<Row[]>`select * from tasks where id = ${id}`;
      return row && taskOf(row);
    },

    async findOnce(once) {
      const [row] = await database.sql<Row[]>`select * from tasks where once = ${once}`;
      return row && taskOf(row);
    },

    list: (query) => listTasks(database, query),

    async askCancel(id) {
      await database.transaction((tx) => tx`update tasks set cancel_asked = 1 where id = ${id}`);
    },

    async hide(id, at) {
      await database.transaction(async (tx) => {
        await tx`update tasks set hidden = 1 where id = ${id}`;
        await tx`update tasks set expires_at = ${at} where id = ${id} and rank = ${LAST_RANK}`;
      });
    },

    sweep: (limits) => sweepTasks(database, limits),
  };
}
