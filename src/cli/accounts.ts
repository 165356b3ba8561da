/** Who may call a gateway and how much, put together from its parts. */
import type { Accounts } from "../accounts/accounts.ts";
import { createKeyring } from "../accounts/keyring.ts";
import { createLimiter } from "../accounts/limiter.ts";
import { createStrangers } from "../accounts/strangers.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";
import type { Counters } from "../store/counters/counters.ts";
import { openDatabase } from "../store/database.ts";
import { createKeyStore, type KeyStore } from "../store/keys/keys.ts";

/** What every instance listens to: the ids of keys that were made or revoked. */
const TOPIC = "keys";

export interface AccountParts {
  counters: Counters;
  /** Keys beside those of `API_KEY`. */
  keyStore: KeyStore;
  anonymous: boolean;
  log: Log;
}

export function createAccounts(config: Config, parts: AccountParts): Accounts {
  const { counters, keyStore, anonymous, log } = parts;
  if (config.adminKey !== undefined && config.apiKey.includes(config.adminKey)) {
    throw new ConfigError(
      "ADMIN_KEY is one of API_KEY too: take another, it must open nothing else",
    );
  }
  const keyring = createKeyring({ apiKeys: config.apiKey, store: keyStore, anonymous, log });
  const refresh = () =>
    void keyring.refresh().catch((error: unknown) => {
      log.warn("a change of client keys is not read yet", { error });
    });
  let stopListening = () => {};
  return {
    keyring,
    keyStore,
    limiter: createLimiter(counters),
    strangers: createStrangers({
      ...{ counters, log, most: config.maxFailedKeys },
      // A database that does not answer is told of by the watch; here the key is just not known.
      refresh: () => keyring.refresh().catch(() => {}),
    }),
    start() {
      keyring.watch();
      const stops = [counters.subscribe(TOPIC, refresh), counters.onRejoin(refresh)];
      stopListening = () => stops.forEach((stop) => stop());
    },
    stop() {
      keyring.stop();
      stopListening();
    },
    async changed(id) {
      await keyring.refresh();
      await counters.publish(TOPIC, id).catch((error: unknown) => {
        log.warn("other instances learn of a changed key only within a second", { key: id, error });
      });
    },
  };
}

/** For a gateway that is given none: gone with it, and opened when it is first used. */
export function memoryKeys(log: Log): KeyStore {
  let opened: Promise<KeyStore> | undefined;
  const open = () => (opened ??= openDatabase({ dir: ":memory:", log }).then(createKeyStore));
  return {
    insert: async (key) => (await open()).insert(key),
    any: async () => (await open()).any(),
    list: async () => (await open()).list(),
    revoke: async (id, now) => (await open()).revoke(id, now),
    expire: async (ids, now) => (await open()).expire(ids, now),
    changedSince: async (revision) => (await open()).changedSince(revision),
  };
}
