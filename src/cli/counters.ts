/** The counters of a gateway, as its configuration says. */
import { type Config, ConfigError } from "../config.ts";
import type { Log } from "../log.ts";
import type { Counters } from "../store/counters/counters.ts";
import { createMemoryCounters } from "../store/counters/memory.ts";
import { createRedisCounters, shownRedis } from "../store/counters/redis.ts";

/** Shared in Redis where `REDIS_URL` names one, else in this process. Throws ConfigError. */
export async function openCounters({ redisUrl }: Config, log: Log): Promise<Counters> {
  if (redisUrl === undefined) return createMemoryCounters();
  return createRedisCounters({ url: redisUrl, log }).catch((error: unknown) => {
    throw new ConfigError(`cannot use Redis at ${shownRedis(redisUrl)}: ${reason(error)}`);
  });
}

/** Bun's client tells a refused connection, a wrong password and missing TLS by one and the same code. */
function reason(error: unknown): string {
  const { code, message } = ((error as Error).cause ?? error) as { code?: string; message: string };
  return code === "ERR_REDIS_CONNECTION_CLOSED"
    ? "nothing answers there, or it refuses the password or TLS. Start it, or correct REDIS_URL"
    : `${message}. Correct REDIS_URL`;
}
