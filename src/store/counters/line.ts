/** A line in front of a few places: whoever waits is served in fair turns, an owner at a time. */

export interface Line {
  /**
   * Resolves when it is its turn. Owners take turns, by their weights; within one it is first come,
   * first served. Rejects with the signal's reason: its place in the line is given up.
   */
  take(order: LineOrder): Promise<Spot>;
  /** What is under way already takes its spot, free or not. */
  occupy(order: Pick<LineOrder, "id" | "survives"> & { lane: string }): Spot;
  /** How many wait here, and how many have their spot. */
  counts(): { waiting: number; taken: number };
}

export interface LineOrder {
  /** Without spaces; known to no other order. The same again after a restart, where it survives one. */
  id: string;
  owner: string;
  /** Turns that it gets for each of an owner with 1. */
  weight?: number;
  /** Another process goes on with it if this one dies: its spot stays long enough to be taken over. */
  survives?: boolean;
  signal?: AbortSignal | undefined;
  /** Called with the number that will be served before it: when it has to wait, and at changes. */
  moved?: ((ahead: number) => void) | undefined;
}

export interface Spot {
  readonly lane: string;
  /** A second time does nothing. */
  release(): void;
}

export interface LineOptions {
  /** Spots on each lane. */
  limit: number;
  /** Names without spaces; the one with most room is taken, the first of several. Never empty. */
  lanes(): readonly string[];
}

/** One that waits, or has just been served. */
export interface Waiter {
  readonly id: string;
  readonly owner: string;
  readonly weight: number;
  readonly survives: boolean;
  /** It is its turn. */
  served(lane: string): void;
}

/** Decides who is next. */
export interface Server {
  /** May serve it before it returns. */
  enter(waiter: Waiter): void;
  leave(waiter: Waiter): void;
  occupy(id: string, lane: string, survives: boolean): void;
  release(id: string, lane: string): void;
  /** Ids of those who wait here, and how many come before each. */
  ahead(): Promise<ReadonlyMap<string, number>>;
}

/** Between two looks at how far everybody has moved. */
const LOOK_MS = 250;

export function createLine(server: Server): Line {
  const waiting = new Map<string, { moved: LineOrder["moved"]; last: number }>();
  let taken = 0;
  let looking: Timer | undefined;

  async function look(): Promise<void> {
    for (const [id, ahead] of await server.ahead()) {
      const waiter = waiting.get(id);
      if (!waiter?.moved || waiter.last === ahead) continue;
      waiter.last = ahead;
      waiter.moved(ahead);
    }
  }

  /** Positions are a courtesy: they are not looked at for every single turn. */
  function watch(): void {
    if (looking || waiting.size === 0) return;
    looking = setTimeout(() => {
      looking = undefined;
      look()
        .catch(() => {}) // Redis is lost; the next look asks this process.
        .finally(watch);
    }, LOOK_MS);
    looking.unref();
  }

  function spot(id: string, lane: string): Spot {
    taken += 1;
    let held = true;
    return {
      lane,
      release() {
        if (!held) return;
        held = false;
        taken -= 1;
        server.release(id, lane);
      },
    };
  }

  function take(order: LineOrder): Promise<Spot> {
    const { id, owner, weight = 1, survives = false, signal, moved } = order;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        waiting.delete(id);
        server.leave(waiter);
        reject(signal!.reason);
      };
      const waiter: Waiter = {
        ...{ id, owner, weight, survives },
        served(lane) {
          waiting.delete(id);
          signal?.removeEventListener("abort", abort);
          resolve(spot(id, lane));
        },
      };
      waiting.set(id, { moved, last: -1 });
      signal?.addEventListener("abort", abort, { once: true });
      server.enter(waiter);
      if (!waiting.has(id) || !moved) return;
      void look().catch(() => {});
      watch();
    });
  }

  return {
    take,
    occupy({ id, lane, survives = false }) {
      server.occupy(id, lane, survives);
      return spot(id, lane);
    },
    counts: () => ({ waiting: waiting.size, taken }),
  };
}
