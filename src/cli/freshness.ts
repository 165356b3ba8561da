/** The catalogue kept fresh: read from a file at the start, from fal's platform then and daily. */
import { mkdirSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { Platform } from "../fal/platform.ts";
import type { Log } from "../log.ts";
import { builtinCatalog, type Catalog } from "../models/catalog.ts";
import type { LiveCatalog, Snapshot } from "../models/live.ts";
import { readSnapshot } from "../models/live.ts";
import { endpointOf } from "../models/openapi.ts";

export interface Freshness {
  /** Asks when the start is over, and again after every interval; waits for nothing. */
  start(): void;
  /** Asks once. Rejects where fal does not answer, and the catalogue stays as it is. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface FreshnessOptions {
  platform: Platform;
  catalog: LiveCatalog;
  /** What needs no schema from fal. */
  builtin?: Catalog;
  /** Where the answer is kept for the next start; nowhere, when it is left out. */
  folder?: string | undefined;
  log: Log;
  /** Milliseconds between two looks, and after one that failed. */
  everyMs: number;
  retryMs?: number;
}

const FILE = "catalog.json";

/** The first fetch of a process holds up everything else for 3 ms: whoever waits for the start goes first. */
const SETTLED_MS = 100;

/** What an earlier run has learnt. Whatever keeps it from being read, there is a catalogue without it. */
export function remembered(folder: string | undefined): Snapshot | undefined {
  if (folder === undefined) return undefined;
  try {
    return readSnapshot(JSON.parse(readFileSync(join(folder, FILE), "utf8")));
  } catch {
    return undefined;
  }
}

export function createFreshness(options: FreshnessOptions): Freshness {
  const { platform, catalog, builtin = builtinCatalog(), folder, log, everyMs } = options;
  const { retryMs = 10 * 60_000 } = options;
  const ending = new AbortController();
  let timer: Timer | undefined;

  async function refresh(): Promise<void> {
    const { signal } = ending;
    const listed = await platform.models(signal);
    // An empty list is a fault of the list: fal has not retired everything.
    if (listed.length === 0) throw new Error("fal's platform lists no models");
    const before = catalog.snapshot();
    const unknown = listed.filter(({ id }) => !builtin.get(id));
    const kept = unknown.filter(
      ({ id, updated }) => before?.endpoints[id] && before.models[id]?.updated === updated,
    );
    const wanted = unknown.filter((model) => !kept.includes(model)).map(({ id }) => id);
    const documents = await platform.schemas(wanted, signal);
    const described = [...documents].flatMap(([id, document]) => {
      const endpoint = endpointOf(id, document);
      return endpoint ? [[id, { input: endpoint.input, output: endpoint.output }] as const] : [];
    });
    const snapshot: Snapshot = {
      version: 1,
      models: Object.fromEntries(
        listed.map(({ id, retired, ...rest }) => [
          id,
          { ...rest, ...(retired ? { retired } : {}) },
        ]),
      ),
      endpoints: Object.fromEntries([
        ...kept.map(({ id }) => [id, before!.endpoints[id]!] as const),
        ...described,
      ]),
      prices: before?.prices ?? {},
    };
    catalog.adopt(snapshot);
    const priced = await prices(listed.map(({ id }) => id));
    const whole = priced ? { ...snapshot, prices: priced } : snapshot;
    if (priced) catalog.adopt(whole);
    await keep(whole);
    log.debug("the catalogue is fresh", {
      models: listed.length,
      added: Object.keys(whole.endpoints).length,
      retired: listed.filter(({ retired }) => retired).length,
    });
  }

  /** A key that may generate need not be one that may see prices: all else is fresh without them. */
  async function prices(ids: readonly string[]): Promise<Snapshot["prices"] | undefined> {
    try {
      const found = await platform.prices(ids, ending.signal);
      return Object.fromEntries(found.map(({ id, ...price }) => [id, price]));
    } catch (error) {
      if (!ending.signal.aborted) log.warn("fal's prices cannot be read", { error });
      return undefined;
    }
  }

  /** Whole or not at all: it is written beside its place first. */
  async function keep(snapshot: Snapshot): Promise<void> {
    if (folder === undefined || ending.signal.aborted) return;
    try {
      mkdirSync(folder, { recursive: true });
      const beside = join(folder, `${FILE}.${crypto.randomUUID()}`);
      await Bun.write(beside, JSON.stringify(snapshot));
      await rename(beside, join(folder, FILE));
    } catch (error) {
      log.warn("the catalogue cannot be kept for the next start", { error });
    }
  }

  async function round(): Promise<void> {
    const fresh = await refresh().then(
      () => true,
      (error: unknown) => {
        if (!ending.signal.aborted) log.warn("fal's list of models cannot be read", { error });
        return false;
      },
    );
    if (ending.signal.aborted) return;
    timer = setTimeout(() => void round(), fresh ? everyMs : Math.min(retryMs, everyMs));
    timer.unref();
  }

  return {
    refresh,
    start() {
      timer = setTimeout(() => void round(), SETTLED_MS);
      timer.unref();
    },
    stop() {
      ending.abort();
      clearTimeout(timer);
    },
  };
}
