/** Client keys as their owner handles them: made, shown once, listed, revoked. */
import { ApiError } from "../openai/error.ts";
import type { KeyRecord } from "../store/keys/key.ts";
import type { KeyStore } from "../store/keys/keys.ts";
import { budgetText } from "./budget-text.ts";
import { type Allowable, readDraft, type Said } from "./draft.ts";
import type { Limits } from "./limits.ts";
import { digest } from "./presented.ts";

/** A key as it is shown, in JSON and to people. Times are Unix seconds, as OpenAI writes them. */
export interface ShownKey {
  id: string;
  object: "key";
  name: string;
  /** The key's beginning. */
  prefix: string;
  status: "active" | "revoked" | "expired";
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  rpm: number | null;
  concurrency: number | null;
  budget: string | null;
  models: readonly string[] | null;
  routes: readonly string[] | null;
  weight: number;
}

export interface ClientKeys {
  /** `key` is shown this once: nothing but its digest is kept. */
  create(said: Said): Promise<ShownKey & { key: string }>;
  /** All there ever were, oldest first. */
  list(): Promise<ShownKey[]>;
  /** By id, or by the name of a key that lives. */
  revoke(which: string): Promise<ShownKey>;
}

export interface ClientKeysOptions {
  store: KeyStore;
  allowable: Allowable;
  /** Tells whoever must know at once. */
  changed?: (id: string) => Promise<void>;
  now?: () => number;
}

export function createClientKeys(options: ClientKeysOptions): ClientKeys {
  const { store, allowable, changed = async () => {}, now = Date.now } = options;
  return {
    async create(said) {
      const time = now();
      const { name, expiresAt, limits } = readDraft(said, allowable, time);
      const key = `sk-${secret(32)}`;
      const made = {
        id: `key_${secret(10)}`,
        name,
        hash: digest(key),
        prefix: key.slice(0, 10),
        createdAt: time,
        expiresAt,
        limits,
      };
      if (!(await store.insert(made))) throw taken(name);
      await changed(made.id);
      const { id, ...rest } = shown({ ...made, ...NEW }, time);
      return { id, key, ...rest };
    },

    async list() {
      const time = now();
      return (await store.list()).map((record) => shown(record, time));
    },

    async revoke(which) {
      const records = await store.list();
      const named = (record: KeyRecord) => record.name === which && record.revokedAt === null;
      const found = records.find(({ id }) => id === which) ?? records.find(named);
      const revoked = found && (await store.revoke(found.id, now()));
      if (!revoked) throw unknown(which);
      await changed(revoked.id);
      return shown(revoked, now());
    },
  };
}

const NEW = { expiredAt: null, revokedAt: null, revision: 0 };

/** Random bytes as small letters and digits, which a double click selects whole. */
function secret(bytes: number): string {
  const hex = crypto.getRandomValues(new Uint8Array(bytes)).toHex();
  const length = Math.ceil((bytes * 8) / Math.log2(36));
  return BigInt(`0x${hex}`).toString(36).padStart(length, "0");
}

function shown(record: KeyRecord, now: number): ShownKey {
  const { id, name, prefix, createdAt, expiresAt, expiredAt, revokedAt } = record;
  const { rpm, concurrency, budget, models, routes, weight } = record.limits as Limits;
  const over = expiredAt !== null || (expiresAt !== null && expiresAt <= now);
  return {
    id,
    object: "key",
    name,
    prefix,
    status: revokedAt !== null ? "revoked" : over ? "expired" : "active",
    created_at: seconds(createdAt),
    expires_at: expiresAt === null ? null : seconds(expiresAt),
    revoked_at: revokedAt === null ? null : seconds(revokedAt),
    rpm: rpm ?? null,
    concurrency: concurrency ?? null,
    budget: budget ? budgetText(budget) : null,
    models: models ?? null,
    routes: routes ?? null,
    weight: weight ?? 1,
  };
}

const seconds = (ms: number) => Math.floor(ms / 1000);

const taken = (name: string) =>
  new ApiError(
    409,
    `There is a key named '${name}'. Revoke it first, or choose another name.`,
    "invalid_request_error",
    { param: "name", code: "name_taken", headers: { "x-should-retry": "false" } },
  );

const unknown = (which: string) =>
  new ApiError(404, `There is no key '${which}'.`, "invalid_request_error", {
    param: "id",
    code: "key_not_found",
  });
