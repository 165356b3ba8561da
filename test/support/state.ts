/** What a gateway in the tests' own process keeps its state in. */
import type { Shared } from "../../src/cli/gateway.ts";
import type { Log } from "../../src/log.ts";
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { createKeyStore } from "../../src/store/keys/keys.ts";
import { createRequests, type Requests } from "../../src/store/requests.ts";
import { createTaskStore } from "../../src/store/tasks/tasks.ts";
import { createUsage } from "../../src/store/usage/usage.ts";
import { onPostgres } from "./engine.ts";
import { databaseOf, freshDatabase } from "./postgres.ts";

export interface StateOptions {
  log: Log;
  /** Milliseconds that a write may wait for others. */
  everyMs?: number;
}

/** All stores of a gateway over one database, and the end of their writes. */
export function stateIn(database: Database, options: StateOptions) {
  const writes = createWriteBehind({ database, ...options });
  const usage = createUsage({ database, writes });
  const stores = {
    usage,
    keyStore: createKeyStore(database),
    taskStore: createTaskStore({ database }),
    requests: createRequests({ database, writes }),
    storeReady: database.ready,
  } satisfies Shared;
  return { stores, flush: () => writes.flush() };
}

export interface State {
  stores: Shared;
  close(): Promise<void>;
}

export const NOTHING: State = { stores: {}, close: async () => {} };

/** In memory, as a gateway has it that is given none, or on PostgreSQL where this run is about that. */
export async function state(dir: string | undefined, log: Log): Promise<State> {
  if (!onPostgres) return NOTHING;
  const url = await (dir === undefined ? freshDatabase() : databaseOf(dir));
  const database = await openDatabase({ url, dir: "unused", log: silent });
  const { stores, flush } = stateIn(database, { log });
  return {
    stores,
    async close() {
      await flush();
      await database.close();
    },
  };
}

const opened: Promise<Database>[] = [];

/** An empty database of this run's kind, until `closeDatabases`. */
export function emptyDatabase(): Promise<Database> {
  const database = onPostgres
    ? freshDatabase().then((url) => openDatabase({ url, dir: "unused", log: silent }))
    : openDatabase({ dir: ":memory:", log: silent });
  opened.push(database);
  return database;
}

/** fal's requests alone, for what needs no more of a gateway; until `closeDatabases`. */
export function requestsAlone(): Requests {
  const store = emptyDatabase().then((database) => {
    return stateIn(database, { log: silent }).stores.requests;
  });
  return {
    remember: async (request) => (await store).remember(request),
    find: async (requestId) => (await store).find(requestId),
    settle: async (requestId, result) => (await store).settle(requestId, result),
    lose: async (requestId) => (await store).lose(requestId),
    pending: async (before, limit) => (await store).pending(before, limit),
    undelivered: async (limit) => (await store).undelivered(limit),
    delivered: async (requestId) => (await store).delivered(requestId),
  };
}

/** For the end of each test, or file, that opens some. */
export async function closeDatabases(): Promise<void> {
  for (const database of opened.splice(0)) await (await database).close();
}
