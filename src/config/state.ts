/** What outlives a request, where, and for how long. */
import { Type } from "@sinclair/typebox";
import { meta } from "./option.ts";

export const state = {
  dataDir: Type.Optional(
    Type.String({
      ...meta({
        description: "folder that keeps what must survive a restart",
        expects: "a folder",
        shown: "`./data`; with `--sandbox` memory",
      }),
      pattern: "^[^\\x00-\\x1f]+$",
    }),
  ),
  databaseUrl: Type.Optional(
    Type.String({
      ...meta({
        description: "PostgreSQL for several instances",
        secret: true,
        expects: "of the form postgres://user:password@host/database",
        shown: "SQLite in `DATA_DIR`",
      }),
      pattern: "^postgres(ql)?://[^\\s]+$",
    }),
  ),
  redisUrl: Type.Optional(
    Type.String({
      ...meta({
        description:
          "Redis or Valkey, where several instances share limits, holds, turns and word of revoked keys",
        secret: true,
        expects: "of the form redis://:password@host:6379/0",
        shown: "in-process",
      }),
      pattern: "^(redis|rediss|valkey|valkeys)://[^\\s/]+(/[0-9]{1,5})?$",
    }),
  ),
  taskRetention: Type.Number({
    ...meta({ description: "days for which a finished task can be asked for" }),
    default: 7,
    exclusiveMinimum: 0,
    maximum: 3650,
  }),
  taskCount: Type.Integer({
    ...meta({ description: "finished tasks that are remembered; the oldest go first" }),
    default: 100_000,
    minimum: 1,
    maximum: 100_000_000,
  }),
  taskSize: Type.Number({
    ...meta({ description: "room for the records of finished tasks, in MB; the oldest go first" }),
    default: 1024,
    exclusiveMinimum: 0,
    maximum: 1_048_576,
  }),
  requestRetention: Type.Number({
    ...meta({
      description:
        "days for which the result of a request by fal's own API can be asked for, and who submitted it is known",
    }),
    default: 7,
    exclusiveMinimum: 0,
    maximum: 3650,
  }),
  requestSize: Type.Number({
    ...meta({
      description: "room for the results of requests by fal's own API, in MB; the oldest go first",
    }),
    default: 1024,
    exclusiveMinimum: 0,
    maximum: 1_048_576,
  }),
  usageRetention: Type.Number({
    ...meta({
      description:
        "days for which a call is listed in the books; what it cost counts in its budget for ever",
    }),
    default: 400,
    minimum: 1,
    maximum: 36_500,
  }),
  mediaStore: Type.String({
    ...meta({
      description:
        "where what models make is kept: `none` hands out fal's own links, `disk` keeps it in `DATA_DIR`, `s3://bucket/prefix` in a bucket (credentials from `S3_*` or `AWS_*`)",
      expects: "none, disk or s3://bucket/prefix",
    }),
    default: "none",
    pattern: "^(none|disk|s3://[a-z0-9][a-z0-9.-]+(/[\\w./-]*)?)$",
  }),
  mediaRetention: Type.Number({
    ...meta({
      description:
        "days for which a kept file is there; a bucket's own lifecycle rules remove its files",
    }),
    default: 7,
    exclusiveMinimum: 0,
    maximum: 3650,
  }),
  mediaSize: Type.Number({
    ...meta({ description: "room for kept files on the disk, in MB; the oldest go first" }),
    default: 10_240,
    exclusiveMinimum: 0,
    maximum: 1_073_741_824,
  }),
};
