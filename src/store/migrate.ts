/** Brings a database up to this program's schema, step by step, whoever else does so at the time. */
import type { TransactionSQL } from "bun";
import { StoreError } from "./error.ts";
import type { Migration } from "./migration.ts";

interface Migrating {
  where: string;
  /** Runs the work alone: every other program that migrates waits for its end. */
  alone: <T>(work: (tx: TransactionSQL) => Promise<T>) => Promise<T>;
}

/** Applies what is missing, all of it or nothing; answers with how many steps that were. */
export function migrate(
  { where, alone }: Migrating,
  migrations: readonly Migration[],
): Promise<number> {
  return alone(async (tx) => {
    await tx.unsafe(`create table if not exists schema_migrations (
      version integer not null primary key, name text not null, applied_at bigint not null)`);
    const [row] = await tx<{ version: number | null }[]>`
      select max(version) as version from schema_migrations`;
    const version = row?.version ?? 0;
    if (version > migrations.length) throw newer(where, version, migrations.length);
    const missing = migrations.slice(version);
    if (missing.length === 0) return 0;
    for (const { statements } of missing) await tx.unsafe(statements.join(";\n"));
    const records = missing.map(({ name }, index) => ({
      version: version + index + 1,
      name,
      applied_at: Date.now(),
    }));
    await tx`insert into schema_migrations ${tx(records)}`;
    return missing.length;
  });
}

const newer = (where: string, theirs: number, ours: number) =>
  new StoreError(
    `${where} was written by a newer falgate (schema ${theirs}, this one knows ${ours}). ` +
      "Run that version again, or set DATA_DIR or DATABASE_URL to another database",
  );
