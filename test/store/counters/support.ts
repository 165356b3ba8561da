/** Both kinds of counters for tests, and a Redis server where the machine has one. */
import { type Log, silent } from "../../../src/log.ts";
import type { Counters } from "../../../src/store/counters/counters.ts";
import { createMemoryCounters } from "../../../src/store/counters/memory.ts";
import { createRedisCounters } from "../../../src/store/counters/redis.ts";
import { freePort } from "../../support/port.ts";

const program = ["redis-server", "valkey-server"].map((name) => Bun.which(name)).find(Boolean);

export const redisMissing = program ? undefined : "no redis-server on this machine";
if (redisMissing) console.log(`the counters are not tried on Redis: ${redisMissing}`);

export interface RedisServer {
  /** A database that nothing else uses. */
  url(): string;
  /** It dies, with all that it knew. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
  /** It answers nothing, and keeps its connections. */
  freeze(): void;
  thaw(): void;
}

/** It ends with the tests, however they end: then its standard input is closed. */
const LEASH = '"$@" >/dev/null & echo $!; read -r _; kill -KILL $!; wait';

export async function redisServer(): Promise<RedisServer> {
  const port = await freePort();
  const fixed = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--databases", "1000"];
  let leash: Bun.Subprocess<"pipe", "pipe", "ignore">;
  let pid = 0;
  let database = 0;

  async function start(): Promise<void> {
    leash = Bun.spawn(["sh", "-c", LEASH, "sh", program!, "--port", String(port), ...fixed], {
      ...{ cwd: "/tmp", stdin: "pipe", stdout: "pipe", stderr: "ignore" },
    });
    leash.unref();
    const { value } = await leash.stdout.getReader().read();
    pid = Number(new TextDecoder().decode(value));
    for (let tries = 0; ; tries++) {
      const client = new Bun.RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false });
      try {
        await client.connect();
        await client.send("PING", []);
        return;
      } catch (error) {
        if (tries > 200) throw error;
        await Bun.sleep(20);
      } finally {
        client.close();
      }
    }
  }

  await start();
  return {
    url: () => `redis://127.0.0.1:${port}/${++database}`,
    async kill() {
      await leash.stdin.end();
      await leash.exited;
    },
    start,
    freeze: () => void process.kill(pid, "SIGSTOP"),
    thaw: () => void process.kill(pid, "SIGCONT"),
  };
}

/** One server for all files of a run: bun runs them in one process. */
const shared = globalThis as { falgateRedis?: Promise<RedisServer> };
export const sharedRedis = () => (shared.falgateRedis ??= redisServer());

export interface Kind {
  name: "memory" | "Redis";
  /** Counters as so many processes have them; in memory there is one process. */
  fresh(instances: number): Promise<Counters[]>;
}

const opened: Counters[] = [];

const memory: Kind = {
  name: "memory",
  async fresh(instances) {
    const one = createMemoryCounters();
    return Array.from({ length: instances }, () => one);
  },
};

const redis: Kind = {
  name: "Redis",
  async fresh(instances) {
    const url = (await sharedRedis()).url();
    await remembering(url);
    return Promise.all(Array.from({ length: instances }, () => redisCounters(url)));
  },
};

/** A Redis that has been there for an hour: nobody has to put back what it may have forgotten. */
export async function remembering(url: string): Promise<string> {
  const client = new Bun.RedisClient(url);
  await client.set("falgate:since", String(Date.now() - 3_600_000));
  client.close();
  return url;
}

export async function redisCounters(url: string, log: Log = silent): Promise<Counters> {
  const counters = await createRedisCounters({ url, log });
  opened.push(counters);
  return counters;
}

export const kinds: readonly Kind[] = redisMissing ? [memory] : [memory, redis];

/** For each file's `afterAll`. */
export async function tidy(): Promise<void> {
  await Promise.all(opened.splice(0).map((counters) => counters.close()));
}

export { until } from "../../support/clients.ts";
