/** What was used last, in memory, bounded in number and in bytes. */

export interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, bytes: number): void;
  delete(key: string): void;
  readonly size: number;
}

export interface RecentOptions {
  maxEntries: number;
  maxBytes: number;
}

/** A value of more than a 32nd of the room is not kept: a few would drive out all the others. */
export function createRecent<T>({ maxEntries, maxBytes }: RecentOptions): Recent<T> {
  const kept = new Map<string, { value: T; bytes: number }>();
  /**
   * A Map keeps the order of insertion, and its first is the one that goes. One iterator for all: a
   * new one would walk past every place that was left empty since the Map was last tidied.
   */
  const oldest = kept.keys();
  let total = 0;

  function remove(key: string): void {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  return {
    get: (key) => {
      const entry = kept.get(key);
      if (!entry) return undefined;
      kept.delete(key);
      kept.set(key, entry);
      return entry.value;
    },
    set: (key, value, bytes) => {
      remove(key);
      if (bytes * 32 > maxBytes) return;
      kept.set(key, { value, bytes });
      total += bytes;
      while (kept.size > maxEntries || total > maxBytes) remove(oldest.next().value!);
    },
    delete: remove,
    get size() {
      return kept.size;
    },
  };
}
