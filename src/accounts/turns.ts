/** Whose turn it is at fal, which gives an account only a few calls at a time, no matter who asks. */
import type { FalKey, FalKeys } from "../fal/keys.ts";
import type { Wait } from "../fal/purchase.ts";
import type { Counters } from "../store/counters/counters.ts";
import type { Spot } from "../store/counters/line.ts";

/** A place among the calls that a fal key may have in progress. */
export interface Turn {
  /** The fal key that has room. */
  readonly key?: FalKey | undefined;
  release(): void;
}

export interface TurnOrder {
  /** Of the call: the same in every process, and after a restart. */
  id: string;
  /** Id of the client key: keys take turns, by their weights. */
  owner: string;
  /** Another process can go on with the call if this one dies. */
  survives: boolean;
}

/** Who is next at fal. */
export interface Turns {
  /** Rejects with the signal's reason, and the place in the line is given up. */
  take(order: TurnOrder, wait?: Wait): Promise<Turn>;
  /** A call that fal has already: it is counted, and never waits. */
  occupy(order: TurnOrder, falKey: string): Turn;
  counts(): { waiting: number; inProgress: number };
}

export interface TurnsOptions {
  counters: Pick<Counters, "line">;
  keys: FalKeys;
  /** Calls that one fal key may have in progress. */
  limit: number;
  weightOf(owner: string): number;
}

/** The line's ids have no spaces, and a call's may. */
const named = (id: string) => encodeURIComponent(id);

export function createTurns({ counters, keys, limit, weightOf }: TurnsOptions): Turns {
  const line = counters.line("turns", { limit, lanes: () => keys.ready().map(({ id }) => id) });
  const turn = (spot: Spot): Turn => ({ key: keys.byId(spot.lane), release: spot.release });

  return {
    async take({ id, owner, survives }, { signal, waiting } = {}) {
      const weight = weightOf(owner);
      const order = { id: named(id), owner, weight, survives };
      return turn(await line.take({ ...order, signal, moved: waiting }));
    },
    occupy: ({ id, survives }, lane) => turn(line.occupy({ id: named(id), lane, survives })),
    counts() {
      const { waiting, taken } = line.counts();
      return { waiting, inProgress: taken };
    },
  };
}
