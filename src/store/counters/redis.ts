/**
 * The counters that several instances share, in Redis or Valkey.
 *
 * While Redis is lost, each limit follows one rule:
 *
 * | limit                           | rule                                                        |
 * |---------------------------------|-------------------------------------------------------------|
 * | windows (requests a minute)     | open: each process counts its own, from nothing             |
 * | places (concurrency of a key)   | open: each process counts its own, those under way included |
 * | turns (`MAX_CONCURRENCY`)       | open: each process shares its own, those under way included |
 * | budgets                         | closed: nothing more is held; what ends meanwhile is settled later |
 * | word of changes (revoked keys)  | told when Redis is back; `onRejoin` then looks at all anew  |
 */
import type { Log } from "../../log.ts";
import { type Connection, connect } from "./connection.ts";
import { type Counters, CountersLost } from "./counters.ts";
import { hear } from "./hearing.ts";
import { BEAT_MS, LEASE_MS, type Leased } from "./leases.ts";
import { createLine } from "./line.ts";
import { HIT, LIVE } from "./lua.ts";
import { createRedisBudgets } from "./redis-budgets.ts";
import { createRedisServer, type RedisServer } from "./redis-line.ts";
import { createRedisPlaces } from "./redis-places.ts";
import { createTopics } from "./topics.ts";
import { createWindows } from "./windows.ts";

export interface RedisOptions {
  /** `redis://`, `rediss://` or `valkey://`, with the number of a database as its path. */
  url: string;
  log: Log;
}

/** Since when Redis remembers: set by the first who finds it empty. */
const SINCE = "falgate:since";
/** Words that are kept for a Redis that is lost; with more, whoever rejoins has to look anyway. */
const UNSAID = 1000;

/** Rejects when Redis cannot be reached at the start, where a wrong address is likelier than a fault. */
export async function createRedisCounters({ url, log }: RedisOptions): Promise<Counters> {
  const where = shownRedis(url);
  const database = URL.parse(url)?.pathname.slice(1) || "0";
  const channel = `falgate:${database}`;
  const identity = crypto.randomUUID();
  const windows = createWindows();
  const topics = createTopics();
  const listeners = new Set<() => void>();
  const unsaid: string[] = [];

  const places = createRedisPlaces(
    () => connection,
    (name) => `falgate:places:${name}`,
  );
  const budgets = createRedisBudgets(
    () => connection,
    (budget) => ["", ":amounts", ":leases"].map((part) => `falgate:budget:${budget}${part}`),
    SINCE,
  );
  const leased: Leased[] = [places, budgets];
  const lines: RedisServer[] = [];

  async function beat(run: Connection["run"]): Promise<void> {
    const known = await run(LIVE, [`falgate:live:${identity}`, SINCE], [LEASE_MS]);
    await Promise.all(leased.map((each) => each.renew(run, known === 1)));
  }

  function say(message: string): void {
    connection.send("PUBLISH", [channel, message]).catch(() => {
      if (unsaid.push(message) > UNSAID) unsaid.shift();
    });
  }

  function heard(message: string): void {
    const [from, topic, ...text] = message.split(" ");
    if (from !== identity) topics.tell(topic!, text.join(" "));
  }

  const connection: Connection = await connect({
    ...{ url, log },
    greet: beat,
    rose() {
      log.info("Redis is back", { redis: where });
      budgets.resume();
      for (const message of unsaid.splice(0)) say(message);
    },
    fell() {
      log.error("Redis is lost: limits are counted in this process, budgets are closed", {
        redis: where,
      });
      for (const line of lines) line.fell();
    },
  });
  const hearing = await hear({
    ...{ url, channel, heard },
    rejoined: () => listeners.forEach((listener) => listener()),
  });
  const beating = setInterval(() => {
    if (connection.up) beat(connection.run).catch(() => {}); // It is lost, which is said elsewhere.
  }, BEAT_MS);
  beating.unref();

  return {
    where,
    async hit(name, limit, windowMs) {
      try {
        const key = `falgate:window:${name}`;
        const [allowed, remaining, retryMs, resetMs] = (await connection.run(
          ...([HIT, [key], [limit, windowMs]] as const),
        )) as [number, number, number, number];
        return { allowed: allowed === 1, remaining, retryMs, resetMs };
      } catch (error) {
        if (!(error instanceof CountersLost)) throw error;
        return windows.hit(name, limit, windowMs);
      }
    },
    seize: places.seize,
    hold: budgets.hold,
    settle: budgets.settle,
    free: (budget, id) => budgets.settle(budget, id, 0),
    line(name, options) {
      const prefix = `falgate:${name}:`;
      const server = createRedisServer({
        ...{ ...options, connection: () => connection, prefix, identity, channel },
      });
      topics.subscribe(prefix + identity, (turn) => {
        const [id, lane] = turn.split(" ");
        server.granted(id!, lane!);
      });
      lines.push(server);
      leased.push(server);
      return createLine(server);
    },
    async publish(topic, text) {
      topics.tell(topic, text);
      say(`${identity} ${topic} ${text}`);
    },
    subscribe: topics.subscribe,
    onRejoin(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      clearInterval(beating);
      hearing.close();
      connection.close();
    },
  };
}

/** An address as it may be shown: no user, no password. */
export function shownRedis(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
