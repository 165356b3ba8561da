/** Who in this process wants to hear of what. */

export interface Topics {
  subscribe(topic: string, listener: (text: string) => void): () => void;
  tell(topic: string, text: string): void;
}

export function createTopics(): Topics {
  const listeners = new Map<string, Set<(text: string) => void>>();
  return {
    subscribe(topic, listener) {
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all.add(listener));
      return () => void all.delete(listener);
    },
    tell(topic, text) {
      for (const listener of [...(listeners.get(topic) ?? [])]) listener(text);
    },
  };
}
