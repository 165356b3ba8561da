/** The schema as a list of steps. A step that was released is never edited: the next one corrects it. */
import { KEYS } from "./keys/schema.ts";
import type { Migration } from "./migration.ts";
import { TASKS } from "./tasks/schema.ts";
import { USAGE, USAGE_DAYS, USAGE_ROUTES } from "./usage/schema.ts";

/** A step's number is its place in the list, from 1. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: "requests made of fal",
    statements: [
      // Bodies come last: SQLite then reads the columns before them without their overflow pages.
      `create table fal_requests (
        request_id text not null primary key,
        owner text not null,
        endpoint text not null,
        app text not null,
        fal_key text not null,
        created_at bigint not null,
        state text not null,
        completed_at bigint,
        expires_at bigint not null,
        webhook text,
        size integer not null,
        result_status integer,
        result_headers text,
        status_body text,
        result_body text
      )`,
      `create index fal_requests_pending on fal_requests (created_at, request_id)
        where state = 'pending'`,
      `create index fal_requests_expiry on fal_requests (expires_at, request_id, size)`,
    ],
  },
  TASKS,
  {
    name: "webhooks that were delivered",
    statements: [
      `alter table fal_requests add column delivered_at bigint`,
      `create index fal_requests_undelivered on fal_requests (completed_at, request_id)
        where webhook is not null and delivered_at is null and completed_at is not null`,
    ],
  },
  KEYS,
  USAGE,
  {
    name: "tasks that are made once",
    statements: [
      `alter table tasks add column once text`,
      `create unique index tasks_once on tasks (once) where once is not null`,
    ],
  },
  USAGE_DAYS,
  USAGE_ROUTES,
  {
    name: "which call in the books pays for a request",
    statements: [`alter table fal_requests add column call_id text`, `drop index usage_request`],
  },
];
