/** What earlier answers said, for clients that send back its id instead of its text. */

/**
 * The AI SDK refers to its own earlier messages as `item_reference`. Items are remembered for each
 * caller, in memory, the latest ones only: a conversation refers to what has just been said.
 */
export interface Recall {
  remember(owner: string, items: readonly { id?: unknown }[]): void;
  find(owner: string, id: string): unknown;
}

const KEPT = 20_000;

export function createRecall(): Recall {
  const items = new Map<string, unknown>();
  return {
    remember(owner, said) {
      for (const item of said) items.set(`${owner} ${item.id}`, item);
      for (const oldest of items.keys()) {
        if (items.size <= KEPT) return;
        items.delete(oldest);
      }
    },
    find: (owner, id) => items.get(`${owner} ${id}`),
  };
}
