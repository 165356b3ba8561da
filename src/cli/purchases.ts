/** Who pays for a gateway's calls, put together from its parts. */
import { createAuditor } from "../accounts/auditor.ts";
import type { Keyring } from "../accounts/keyring.ts";
import { readOwnPrices } from "../accounts/own-prices.ts";
import { createPrices } from "../accounts/prices.ts";
import { createPurchases } from "../accounts/purchases.ts";
import { createTurns } from "../accounts/turns.ts";
import { type Config, ConfigError } from "../config.ts";
import { createBill } from "../fal/bill.ts";
import type { FalKeys } from "../fal/keys.ts";
import type { Pass } from "../fal/pass.ts";
import type { Platform } from "../fal/platform.ts";
import type { Log } from "../log.ts";
import type { Catalog } from "../models/catalog.ts";
import { estimate, tokensIn } from "../models/estimate.ts";
import { createWriteBehind } from "../store/batch.ts";
import type { Counters } from "../store/counters/counters.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { createUsage, type UsageStore } from "../store/usage/usage.ts";

export interface PurchaseParts {
  counters: Counters;
  usage: UsageStore;
  keyring: Keyring;
  catalog: Catalog;
  platform: Platform;
  pass: Pass;
  keys: FalKeys;
  log: Log;
  /** Milliseconds between two looks at calls whose end nobody saw. */
  auditMs?: number | undefined;
}

export function gatewayPurchases(config: Config, parts: PurchaseParts) {
  const { counters, usage, keyring, catalog, platform, pass, keys, log } = parts;
  const limit = config.maxConcurrency;
  const weightOf = (owner: string) => keyring.limitsOf(owner)?.weight ?? 1;
  const turns = limit === undefined ? undefined : createTurns({ counters, keys, limit, weightOf });
  const till = createPurchases({
    ...{ counters, usage, turns, log },
    prices: createPrices({
      own: ownPrices(config),
      learnt: (endpoint) => catalog.about?.(endpoint)?.price,
      ask: async (endpoint) => (await platform.prices([endpoint]))[0],
      log,
    }),
    estimate: (unit, endpoint, input) => estimate(unit, input, catalog.get(endpoint)),
    tokensIn,
    budgetOf: (owner) => keyring.limitsOf(owner)?.budget,
    isRevoked: keyring.isRevoked,
    missingPrice: config.missingPrice,
  });
  const auditor = createAuditor({
    ...{ till, usage, log },
    bill: createBill({ pass, keys, queueUrl: config.falQueueUrl }),
    ...(parts.auditMs === undefined ? {} : { everyMs: parts.auditMs }),
  });
  return { till, auditor };
}

/** `[prices]` of falgate.toml. Throws ConfigError. */
export function ownPrices({ prices }: Config) {
  try {
    return readOwnPrices(prices);
  } catch (error) {
    throw new ConfigError(`falgate.toml: ${(error as Error).message}`);
  }
}

export interface KeptUsage {
  usage: UsageStore;
  /** Writes what is not written yet; the database can be closed then. */
  stop(): Promise<void>;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Forgets what is too old, now and every hour. */
export function keptUsage(config: Config, database: Database, log: Log): KeptUsage {
  const usage = createUsage({ database, writes: createWriteBehind({ database, log }) });
  let sweeping = Promise.resolve();
  const sweep = () => {
    sweeping = usage.sweep(Date.now() - config.usageRetention * DAY_MS).then(
      (count) => log.debug("old calls were forgotten", { count }),
      (error: unknown) => log.error("old calls cannot be forgotten", { error }),
    );
  };
  sweep();
  const timer = setInterval(sweep, HOUR_MS);
  timer.unref();
  return {
    usage,
    async stop() {
      clearInterval(timer);
      await sweeping;
      await usage.flush();
    },
  };
}

/** For a gateway that is given none: gone with it, and opened when it is first used. */
export function memoryUsage(log: Log): UsageStore {
  let opened: Promise<UsageStore> | undefined;
  const open = () =>
    (opened ??= openDatabase({ dir: ":memory:", log }).then((database) =>
      createUsage({ database, writes: createWriteBehind({ database, log }) }),
    ));
  return {
    write: (record) => void open().then((usage) => usage.write(record)),
    open: async (before, limit, after) => (await open()).open(before, limit, after),
    spent: async (owner, from) => (await open()).spent(owner, from),
    sums: async (...asked) => (await open()).sums(...asked),
    calls: async (...asked) => (await open()).calls(...asked),
    find: async (id) => (await open()).find(id),
    sweep: async (before) => (await open()).sweep(before),
    flush: async () => (await open()).flush(),
  };
}
