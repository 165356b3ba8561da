/** The tables of what calls have cost, as steps of the schema. */
import type { Migration } from "../migration.ts";

/** Money is in whole micro-USD, times are milliseconds since 1970. */
export const USAGE: Migration = {
  name: "what every call has cost",
  statements: [
    `create table usage (
      id text not null primary key,
      owner text not null,
      opened_at bigint not null,
      cost bigint not null,
      state text not null,
      held bigint not null,
      model text not null,
      endpoint text not null,
      route text not null,
      trace text not null,
      request_id text,
      fal_key text,
      ended_at bigint,
      latency_ms bigint,
      queue_ms bigint,
      units double precision,
      unit text,
      unit_price double precision,
      input_tokens bigint,
      output_tokens bigint
    )`,
    `create index usage_owner on usage (owner, opened_at, cost)`,
    `create index usage_time on usage (opened_at)`,
    `create index usage_open on usage (opened_at, id) where state = 'open'`,
    `create index usage_request on usage (request_id) where request_id is not null`,
  ],
};

/** Days since 1970, of UTC: every budget's period begins with one. */
export const USAGE_DAYS: Migration = {
  name: "what calls have cost by key and day, once they are forgotten",
  statements: [
    `create table usage_days (
      owner text not null,
      day bigint not null,
      cost bigint not null,
      primary key (owner, day)
    )`,
  ],
};
