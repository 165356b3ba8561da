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
    const why = error instanceof Error ? (error.cause ?? error) : error;
    throw new ConfigError(
      `cannot use Redis at ${shownRedis(redisUrl)}: ${(why as Error).message}. Start it, or correct REDIS_URL`,
    );
  });
}
