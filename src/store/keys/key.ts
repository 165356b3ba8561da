/** A client key as the database holds it: everything but the key itself. */

export interface KeyRecord {
  id: string;
  name: string;
  /** SHA-256 of the key, in hexadecimal. */
  hash: string;
  /** The key's beginning, for people to know it by. */
  prefix: string;
  /** Milliseconds since 1970, as all its times. */
  createdAt: number;
  expiresAt: number | null;
  /** When it was first seen to have expired: a clock that is set back does not undo that. */
  expiredAt: number | null;
  revokedAt: number | null;
  /** JSON that belongs to whoever applies it; the store reads none of it. */
  limits: unknown;
  /** Higher with every change of any key: what was changed last has the highest. */
  revision: number;
}

export type NewKey = Omit<KeyRecord, "expiredAt" | "revokedAt" | "revision">;

/** PostgreSQL's `bigint` arrives as a string, SQLite's as a number. */
type Read = string | number | null;
export type KeyRow = Readonly<Record<string, Read>>;

const time = (value: Read | undefined) =>
  value === null || value === undefined ? null : Number(value);

export function keyOf(row: KeyRow): KeyRecord {
  return {
    id: String(row.id),
    name: String(row.name),
    hash: String(row.hash),
    prefix: String(row.prefix),
    createdAt: Number(row.created_at),
    expiresAt: time(row.expires_at),
    expiredAt: time(row.expired_at),
    revokedAt: time(row.revoked_at),
    limits: JSON.parse(String(row.limits)),
    revision: Number(row.revision),
  };
}

export function keyRow(key: NewKey) {
  return {
    id: key.id,
    name: key.name,
    hash: key.hash,
    prefix: key.prefix,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    limits: JSON.stringify(key.limits),
  };
}
