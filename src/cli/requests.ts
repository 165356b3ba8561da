/** What is remembered of the requests that fal's own clients make: kept in a database, for a time. */
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { createWriteBehind } from "../store/batch.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { createRequests, type Requests } from "../store/requests.ts";

export interface KeptRequests {
  requests: Requests;
  /** Writes what is not written yet; the database can be closed then. */
  stop(): Promise<void>;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Forgets what is too old or too much, now and every hour. */
export function keptRequests(config: Config, database: Database, log: Log): KeptRequests {
  const writes = createWriteBehind({ database, log });
  const requests = createRequests({
    ...{ database, writes },
    retentionMs: config.requestRetention * DAY_MS,
    maxBytes: config.requestSize * 1e6,
  });
  let sweeping = Promise.resolve();
  const sweep = () => {
    sweeping = requests.sweep().then(
      (swept) => log.debug("old requests were forgotten", { ...swept }),
      (error: unknown) => log.error("old requests cannot be forgotten", { error }),
    );
  };
  sweep();
  const timer = setInterval(sweep, HOUR_MS);
  timer.unref();
  return {
    requests,
    async stop() {
      clearInterval(timer);
      await sweeping;
      await writes.flush();
    },
  };
}

/** For a gateway that is given none: gone with it, and opened when they are first used. */
export function memoryRequests(log: Log): Requests {
  let opened: Promise<Requests> | undefined;
  const open = () =>
    (opened ??= openDatabase({ dir: ":memory:", log }).then((database) =>
      createRequests({ database, writes: createWriteBehind({ database, log }) }),
    ));
  return {
    remember: async (request) => (await open()).remember(request),
    find: async (requestId) => (await open()).find(requestId),
    settle: async (requestId, result) => (await open()).settle(requestId, result),
    lose: async (requestId) => (await open()).lose(requestId),
    pending: async (before, limit) => (await open()).pending(before, limit),
    undelivered: async (limit) => (await open()).undelivered(limit),
    delivered: async (requestId) => (await open()).delivered(requestId),
  };
}
