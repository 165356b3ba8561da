/** What one unit of each endpoint costs: as its owner says, as fal said, or as fal says when it is asked. */
import type { Log } from "../log.ts";

/** Dollars for one unit, which is counted in fal's own words: `images`, `megapixels`, `1m tokens`. */
export interface Price {
  readonly unit: string;
  readonly amount: number;
}

export interface Prices {
  /** What is known without asking. */
  known(endpoint: string): Price | undefined;
  /** Asks fal where nothing is known. Undefined where fal does not say either; it never rejects. */
  of(endpoint: string): Price | undefined | Promise<Price | undefined>;
}

export interface PricesOptions {
  /** `[prices]` of falgate.toml: fal's endpoint ids, each with its price. */
  own: ReadonlyMap<string, OwnPrice>;
  /** What fal has said so far. */
  learnt(endpoint: string): Price | undefined;
  /** Asks fal for one. */
  ask(endpoint: string): Promise<Price | undefined>;
  log: Log;
  now?: () => number;
}

/** An owner may name a unit of its own, or leave fal's. */
export type OwnPrice = Omit<Price, "unit"> & { readonly unit?: string | undefined };

/** For how long fal's silence is believed. */
const SILENT_MS = 10 * 60_000;

export function createPrices(options: PricesOptions): Prices {
  const { own, learnt, ask, log, now = Date.now } = options;
  const told = new Map<string, { price: Price | undefined; until: number }>();
  const asking = new Map<string, Promise<Price | undefined>>();

  function known(endpoint: string): Price | undefined {
    const said = learnt(endpoint) ?? told.get(endpoint)?.price;
    const { amount, unit = said?.unit ?? "units" } = own.get(endpoint) ?? {};
    return amount === undefined ? said : { amount, unit };
  }

  async function asked(endpoint: string): Promise<Price | undefined> {
    try {
      const price = await ask(endpoint);
      told.set(endpoint, { price, until: now() + (price ? Infinity : SILENT_MS) });
      return price;
    } catch (error) {
      log.warn("a price cannot be asked for", { endpoint, error });
      told.set(endpoint, { price: undefined, until: now() + SILENT_MS });
      return undefined;
    } finally {
      asking.delete(endpoint);
    }
  }

  return {
    known,
    of(endpoint) {
      const price = known(endpoint);
      if (price || (told.get(endpoint)?.until ?? 0) > now()) return price;
      const answer = asking.get(endpoint) ?? asked(endpoint);
      asking.set(endpoint, answer);
      return answer;
    },
  };
}
