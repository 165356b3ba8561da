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

/** What a task's route was called before: by its dialect alone, or of one that nobody waits for, `async`. */
const DIALECTS = `case route
        when 'veo' then '/v1/video/create'
        when 'jimeng' then '/jimeng/submit/videos'
        when 'new-api' then '/v1/video/generations'
        when 'openai' then '/v1/videos'
        when 'chat' then '/v1/chat/completions'
        when 'preview' then '/v1/videos/{id}/content'
        else (select case tasks.kind
          when 'image' then '/v1/images/generations'
          when 'edit' then '/v1/images/edits'
          when 'variation' then '/v1/images/variations'
          when 'speech' then '/v1/audio/speech'
          when 'transcription' then '/v1/audio/transcriptions'
        end from tasks where tasks.id = usage.trace)
      end`;

/** An `async` call whose task is forgotten keeps its word: nobody can tell its route any more. */
export const USAGE_ROUTES: Migration = {
  name: "where calls were asked for, by the paths of routes",
  statements: [
    `update usage set route = coalesce(${DIALECTS}, route)
      where route in ('veo', 'jimeng', 'new-api', 'openai', 'chat', 'preview', 'async')`,
    `update usage set route = case
        when route like '/queue/%' then '/queue/{owner}/{app}'
        when route like '/run/%/realtime' then '/run/{owner}/{app}/realtime'
        when route like '/run/%' then '/run/{owner}/{app}'
        when route like '/%/realtime' then '/{owner}/{app}/realtime'
        else '/{owner}/{app}'
      end
      where route like '/%' and route not like '/v1/%' and route not like '/jimeng/%'
        and route not like '/api/%'`,
  ],
};
