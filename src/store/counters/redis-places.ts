/** Places in Redis, leased; counted in this process alone while Redis is lost. */
import type { Connection } from "./connection.ts";
import { CountersLost, type Place } from "./counters.ts";
import { LEASE_MS, type Leased } from "./leases.ts";
import { LEASE, SEIZE } from "./lua.ts";

export interface RedisPlaces extends Leased {
  seize(name: string, limit: number): Promise<Place | undefined>;
}

export function createRedisPlaces(
  connection: () => Connection,
  keyOf: (name: string) => string,
): RedisPlaces {
  const held = new Map<string, Set<string>>();

  function take(name: string, id: string): Place {
    const ids = held.get(name) ?? new Set();
    held.set(name, ids.add(id));
    return {
      async release() {
        if (!ids.delete(id)) return;
        if (ids.size === 0 && held.get(name) === ids) held.delete(name);
        // While Redis is lost there is nothing to give back: the lease ends by itself.
        await connection()
          .send("ZREM", [keyOf(name), id])
          .catch(() => {});
      },
    };
  }

  return {
    async seize(name, limit) {
      const id = crypto.randomUUID();
      try {
        const taken = await connection().run(SEIZE, [keyOf(name)], [id, limit, LEASE_MS]);
        return taken === 1 ? take(name, id) : undefined;
      } catch (error) {
        if (!(error instanceof CountersLost)) throw error;
        return (held.get(name)?.size ?? 0) < limit ? take(name, id) : undefined;
      }
    },
    async renew(run) {
      await Promise.all(
        [...held].map(([name, ids]) => run(LEASE, [keyOf(name)], [LEASE_MS, ...ids])),
      );
    },
  };
}
