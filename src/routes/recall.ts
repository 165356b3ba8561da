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

/**
 * The input with what its references mean in their places. What is not known stays as it is: the
 * model's provider has the last word.
 */
export function recalled(input: unknown, find: (id: string) => unknown): unknown {
  if (!Array.isArray(input)) return input;
  return input.map((item: { type?: unknown; id?: unknown } | null) =>
    item?.type === "item_reference" ? (find(String(item.id)) ?? item) : item,
  );
}

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
