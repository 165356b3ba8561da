/** Brings a database up to this program's schema, step by step, whoever else does so at the time. */
import type { TransactionSQL } from "bun";
import { StoreError } from "./error.ts";
import type { Migration } from "./migration.ts";

interface Migrating {
  where: string;
  /** Runs the work alone: every other program that migrates waits for its end. */
  alone: <T>(work: (tx: TransactionSQL) => Promise<T>) => Promise<T>;
}

/** Applies what is missing, each step in a transaction of its own; answers with how many it applied. */
export async function migrate(
  { where, alone }: Migrating,
  migrations: readonly Migration[],
): Promise<number> {
  let applied = 0;
  while (await alone((tx) => step(tx, where, migrations))) applied++;
  return applied;
}

/** Whether there was a step to apply. */
async function step(
  tx: TransactionSQL,
  where: string,
  migrations: readonly Migration[],
): Promise<boolean> {
  await tx.unsafe(`create table if not exists schema_migrations (
    version integer not null primary key, name text not null, applied_at bigint not null)`);
  const [row] = await tx<{ version: number | null }[]>`
    select max(version) as version from schema_migrations`;
  const version = row?.version ?? 0;
  if (version > migrations.length) throw newer(where, version, migrations.length);
  const next = migrations[version];
  if (!next) return false;
  for (const statement of next.statements) await tx.unsafe(statement);
  const record = { version: version + 1, name: next.name, applied_at: Date.now() };
  await tx`insert into schema_migrations ${tx(record)}`;
  return true;
}

const newer = (where: string, theirs: number, ours: number) =>
  new StoreError(
    `${where} was written by a newer falgate (schema ${theirs}, this one knows ${ours}). ` +
      "Run that version again, or set DATA_DIR or DATABASE_URL to another database",
  );
