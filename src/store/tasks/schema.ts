/** The tables of durable tasks, as a step of the schema. */
import type { Migration } from "../migration.ts";

/** Large texts come last: SQLite then reads the columns before them without their overflow pages. */
export const TASKS: Migration = {
  name: "tasks and the calls made for them",
  statements: [
    `create table tasks (
      id text not null primary key,
      owner text not null,
      dialect text not null,
      kind text not null,
      model text not null,
      state text not null,
      rank integer not null,
      progress integer not null,
      created_at bigint not null,
      updated_at bigint not null,
      completed_at bigint,
      expires_at bigint,
      cancel_asked integer not null,
      hidden integer not null,
      callback text not null,
      callback_at bigint,
      callback_tries integer not null,
      runner text,
      lease_until bigint,
      size bigint not null,
      request text not null,
      facts text not null
    )`,
    `create index tasks_owner on tasks (owner, created_at, id)`,
    `create index tasks_unfinished on tasks (created_at, id) where rank < 5`,
    `create index tasks_callbacks on tasks (callback_at, id) where callback = 'due'`,
    `create index tasks_expiry on tasks (expires_at, id, size) where expires_at is not null`,
    `create table task_calls (
      task_id text not null,
      slot text not null,
      attempt integer not null,
      state text not null,
      rank integer not null,
      endpoint text not null,
      submitted_at bigint not null,
      fal_key text,
      request_id text,
      url text,
      units double precision not null,
      error text,
      input text,
      output text,
      primary key (task_id, slot, attempt)
    )`,
    // fal gives every request an id of its own: two calls cannot both be the one that has it.
    `create unique index task_calls_request on task_calls (request_id) where request_id is not null`,
  ],
};
