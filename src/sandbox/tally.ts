/** Counts how often the same request came, for markers that act on the first few only. */

/** Different requests remembered at most. */
const remembered = 10_000;

export interface Tally {
  /** True the first `limit` times that this is asked about `what`; always without a limit. */
  within(what: string, limit: number | undefined): boolean;
  clear(): void;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    within(what, limit) {
      if (limit === undefined) return true;
      const key = String(Bun.hash(what));
      const count = (counts.get(key) ?? 0) + 1;
      // Set anew, it stands last: the first in the map is the one longest unseen.
      counts.delete(key);
      counts.set(key, count);
      if (counts.size > remembered) counts.delete(counts.keys().next().value!);
      return count <= limit;
    },
    clear: () => counts.clear(),
  };
}
