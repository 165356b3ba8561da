/** The table of client keys, as a step of the schema. */
import type { Migration } from "../migration.ts";

export const KEYS: Migration = {
  name: "client keys",
  statements: [
    `create table client_keys (
      id text not null primary key,
      name text not null,
      hash text not null,
      prefix text not null,
      created_at bigint not null,
      expires_at bigint,
      expired_at bigint,
      revoked_at bigint,
      limits text not null,
      revision bigint not null
    )`,
    `create unique index client_keys_hash on client_keys (hash)`,
    // A name is free again once its key is revoked.
    `create unique index client_keys_name on client_keys (name) where revoked_at is null`,
    `create unique index client_keys_revision on client_keys (revision)`,
  ],
};
