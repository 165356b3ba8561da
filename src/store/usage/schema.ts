/** The table of what calls have cost, as a step of the schema. */
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
