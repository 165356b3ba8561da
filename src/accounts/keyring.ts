/** Which key is whose: those of `API_KEY`, and those in the store as they come, expire and are revoked. */
import type { Log } from "../log.ts";
import { ApiError } from "../openai/error.ts";
import type { KeyRecord } from "../store/keys/key.ts";
import type { KeyStore } from "../store/keys/keys.ts";
import { type Clock, createClock } from "./clock.ts";
import type { Limits } from "./limits.ts";
import { digest, presentedKeys } from "./presented.ts";
import { ANONYMOUS, type Principal } from "./principal.ts";

export interface Keyring {
  /** @throws {ApiError} 401 for a missing, malformed, unknown, revoked or expired key. */
  identify(request: Request): Principal;
  /** Who has that id, as long as their key is good. */
  byId(id: string): Principal | undefined;
  /** Also of a key that has ended: what was begun under it still counts. */
  limitsOf(id: string): Limits | undefined;
  /** Whether the owner has taken that key back: then it spends nothing more. */
  isRevoked(id: string): boolean;
  /** Learns what has changed in the store until now. */
  refresh(): Promise<void>;
  /** Learns of every change within half a second of it. */
  watch(): void;
  stop(): void;
}

export interface KeyringOptions {
  /** Those of `API_KEY`, which have no limits. */
  apiKeys?: readonly string[];
  store?: Pick<KeyStore, "changedSince" | "expire">;
  /** Who shows no key is let in too, as long as there is not a single key to show. */
  anonymous?: boolean;
  clock?: Clock;
  log?: Pick<Log, "warn" | "info">;
}

/** Between two looks at the store: a key revoked elsewhere is dead here within a second. */
const WATCH_MS = 500;

interface Entry {
  principal: Principal;
  expiresAt: number;
  end?: "revoked" | "expired" | undefined;
}

export function createKeyring(options: KeyringOptions): Keyring {
  const { apiKeys = [], store, anonymous = false, clock = createClock(), log } = options;
  // Looked up by digest: how long that takes tells nothing about a key, and does not grow with them.
  const entries = new Map<string, Entry>();
  const ids = new Map<string, Entry>();
  /** Entries that will end by themselves. */
  const passing = new Map<string, Entry>();
  let revision = 0;

  for (const [index, key] of apiKeys.entries()) {
    const hash = digest(key);
    const principal = { id: `key-${hash.slice(0, 12)}`, name: `key-${index + 1}` };
    keep(hash, { principal, expiresAt: Number.POSITIVE_INFINITY });
  }

  function keep(hash: string, entry: Entry): void {
    entries.set(hash, entry);
    ids.set(entry.principal.id, entry);
  }

  function adopt({ id, name, hash, expiresAt, expiredAt, revokedAt, limits }: KeyRecord): void {
    const known = entries.get(hash);
    if (known && known.principal.id !== id) return; // The owner's own, which has no limits.
    const end = revokedAt !== null ? "revoked" : expiredAt !== null ? "expired" : known?.end;
    const principal: Principal = { id, name, limits: limits as Limits };
    const entry = { principal, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY, end };
    keep(hash, entry);
    if (expiresAt !== null && !end) passing.set(id, entry);
    else passing.delete(id);
  }

  /** Once it has expired it stays so, whatever becomes of the clock. */
  function lives(entry: Entry): boolean {
    if (!entry.end && entry.expiresAt <= clock()) entry.end = "expired";
    return entry.end === undefined;
  }

  async function read(): Promise<void> {
    if (!store) return;
    for (const record of await store.changedSince(revision)) {
      adopt(record);
      revision = record.revision;
    }
    const over = [...passing].filter(([, entry]) => !lives(entry)).map(([id]) => id);
    if (over.length > 0) await store.expire(over, clock());
    for (const id of over) passing.delete(id);
  }

  let reading = Promise.resolve();
  let next: Promise<void> | undefined;
  let timer: Timer | undefined;
  let busy = false;
  let lost = false;

  /** After whatever is being read now, which may have begun before the change in question. */
  function refresh(): Promise<void> {
    next ??= reading.then(() => {
      next = undefined;
      return read();
    });
    reading = next.catch(() => {}); // Told to whoever asked for it.
    return next;
  }

  async function look(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      await refresh();
      if (lost) log?.info("client keys can be read again");
      lost = false;
    } catch (error) {
      if (!lost) log?.warn("client keys cannot be read, those that are known stay good", { error });
      lost = true;
    } finally {
      busy = false;
    }
  }

  return {
    identify(request) {
      if (anonymous && entries.size === 0) return ANONYMOUS;
      let end: Entry["end"];
      for (const key of presentedKeys(request.headers)) {
        const entry = entries.get(digest(key));
        if (!entry) continue;
        if (lives(entry)) return entry.principal;
        end = entry.end;
      }
      throw end ? ended(end) : unauthorized("Invalid API key", "invalid_api_key");
    },
    byId(id) {
      const entry = ids.get(id);
      return entry && lives(entry) ? entry.principal : undefined;
    },
    limitsOf: (id) => ids.get(id)?.principal.limits,
    isRevoked: (id) => ids.get(id)?.end === "revoked",
    refresh,
    watch() {
      timer ??= setInterval(() => void look(), WATCH_MS);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** Whoever shows the very key may know what became of it. */
const ended = (end: "revoked" | "expired") =>
  end === "revoked"
    ? unauthorized("This API key was revoked.", "api_key_revoked")
    : unauthorized("This API key has expired.", "api_key_expired");

export const unauthorized = (message: string, code: string) =>
  new ApiError(401, message, "invalid_request_error", {
    code,
    headers: { "www-authenticate": "Bearer" },
  });
