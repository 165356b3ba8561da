/** What goes wrong between falgate and its database, told so that its owner can act on it. */

/** Its message is complete: what happened, where, and what to do. */
export class StoreError extends Error {
  override name = "StoreError";
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "permission denied. Give this user the directory (chown), or set DATA_DIR to another one",
  EPERM: "permission denied. Give this user the directory (chown), or set DATA_DIR to another one",
  EROFS: "the file system is read-only. Set DATA_DIR to a directory on one that can be written",
  ENOTDIR: "that is a file, not a directory. Set DATA_DIR to a directory",
  EEXIST: "that is a file, not a directory. Set DATA_DIR to a directory",
  EISDIR: "that is a directory, not a file. Move it away, or set DATA_DIR to another directory",
  ENOENT: "it cannot be created there. Create it, or set DATA_DIR to another one",
  ENOSPC: "the disk is full. Free some space, or set DATA_DIR to a directory on another disk",
  EDQUOT: "the disk quota is used up. Free some space, or set DATA_DIR to another directory",
  SQLITE_FULL: "the disk is full. Free some space, or set DATA_DIR to a directory on another disk",
  SQLITE_CANTOPEN: "it cannot be opened. Give this user its directory and files (chown)",
  SQLITE_READONLY: "it cannot be written. Give this user its directory and files (chown, chmod)",
  SQLITE_PERM: "it cannot be written. Give this user its directory and files (chown, chmod)",
  SQLITE_NOTADB: "it is not a SQLite database. Move it away, or set DATA_DIR to another directory",
  SQLITE_CORRUPT: "it is damaged. Restore it from a copy, or move it away to begin anew",
  SQLITE_BUSY: "another process holds it. Stop that one, or set DATA_DIR to another directory",
  SQLITE_IOERR: "the disk gives read or write errors. Look at the system's log",
  ERR_POSTGRES_CONNECTION_REFUSED:
    "nothing answers there. Start PostgreSQL, or correct host and port in DATABASE_URL",
  ERR_POSTGRES_CONNECTION_TIMEOUT:
    "nothing answers there in time. Look at the network and the firewall, or correct DATABASE_URL",
  ERR_POSTGRES_TLS_NOT_AVAILABLE: "it does not speak TLS. Take sslmode out of DATABASE_URL",
  "28000": "it refuses this user. Correct the user in DATABASE_URL, or allow it in pg_hba.conf",
  "28P01": "the password is wrong. Correct it in DATABASE_URL",
  "3D000": "that database does not exist. Create it (createdb), or correct DATABASE_URL",
  "42501": "this user may not create tables. Grant it the rights on the schema",
  "53300": "it has no connection free. Raise max_connections, or stop other clients",
  "57P03": "it is still starting. Try again in a moment",
};

/** A fault while opening, as a person can act on it; the original stays its cause. */
export function explain(fault: unknown, where: string): StoreError {
  if (fault instanceof StoreError) return fault;
  const codes = codesOf(fault);
  const known = codes.find((code) => code in REMEDIES);
  const remedy = known ? REMEDIES[known] : fault instanceof Error ? fault.message : String(fault);
  return new StoreError(`cannot use ${where}: ${remedy}`, { cause: fault });
}

/**
 * Whether a row itself is refused, so that writing it again cannot help: a constraint, a value that
 * the column cannot hold, a mistake in the code that writes it. Anything else (a full disk, a lost
 * connection, a lock) is the database's trouble and passes.
 */
export function isRefusal(fault: unknown): boolean {
  const codes = codesOf(fault);
  if (codes.length === 0) return true;
  // PostgreSQL's classes: data exception, integrity constraint, program limit exceeded.
  return codes.some((code) =>
    /^(SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)|ERR_INVALID_|(22|23|54)...$)/.test(code),
  );
}

/** The most exact code first; SQLite's extended codes are followed by their family's. */
function codesOf(fault: unknown): string[] {
  if (!(fault instanceof Error)) return [];
  const { code, errno } = fault as { code?: unknown; errno?: unknown };
  // PostgreSQL's SQLSTATE comes in `errno`, SQLite's number does too and says less than the code.
  const codes = [errno, code].filter((value) => typeof value === "string");
  return codes.flatMap((value) => [value, value.split("_").slice(0, 2).join("_")]);
}
