/** The counters of one process, in its memory. */
import type { Counters, Place } from "./counters.ts";
import { createFairServer } from "./fair.ts";
import { createLedger } from "./ledger.ts";
import { createLine } from "./line.ts";
import { createTopics } from "./topics.ts";
import { createWindows } from "./windows.ts";

export interface MemoryOptions {
  /** Milliseconds of a clock that never runs backwards. */
  now?: () => number;
}

export function createMemoryCounters({ now }: MemoryOptions = {}): Counters {
  const windows = createWindows(now);
  const ledger = createLedger();
  const topics = createTopics();
  const taken = new Map<string, number>();

  function place(name: string): Place {
    let held = true;
    return {
      async release() {
        if (!held) return;
        held = false;
        const left = taken.get(name)! - 1;
        if (left > 0) taken.set(name, left);
        else taken.delete(name);
      },
    };
  }

  return {
    where: "in-process",
    hit: async (name, limit, windowMs) => windows.hit(name, limit, windowMs),
    async seize(name, limit) {
      const count = taken.get(name) ?? 0;
      if (count >= limit) return undefined;
      taken.set(name, count + 1);
      return place(name);
    },
    hold: ledger.hold,
    settle: async (budget, id, actual) => ledger.settle(budget, id, actual),
    free: async (budget, id) => ledger.free(budget, id),
    line: (_, options) => createLine(createFairServer(options)),
    publish: async (topic, text) => topics.tell(topic, text),
    subscribe: topics.subscribe,
    onRejoin: () => () => {},
    close: async () => {},
  };
}
