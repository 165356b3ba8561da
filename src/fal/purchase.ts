/** A call that fal bills, as whoever pays for it sees it: from before it is made to what it cost. */
import { FalError, FORGOTTEN } from "./error.ts";
import type { FalKey } from "./keys.ts";
import type { Priority } from "./priority.ts";

/** On whose account a call is made, and what for. */
export interface Buyer {
  /** Id of the client key. */
  readonly owner: string;
  /** `x-request-id` of the request that it was made for, or the id of the task. */
  readonly trace: string;
  /** Where the client asked for it, by the route's path: `/v1/images/generations`. */
  readonly route: string;
  /** The model as the client named it. */
  readonly model: string;
  /** Where it stands in fal's own queue; `normal`, where it is left out. */
  readonly priority?: Priority | undefined;
  /** Told how many calls were before it, if it had to wait for its turn. */
  waits?(ahead: number): void;
}

/** What is about to be bought. */
export interface Order {
  /** Names the call in every process, and after a restart. A new one where it is left out. */
  readonly id?: string | undefined;
  readonly endpoint: string;
  /** What fal will receive; left out where nobody reads it. Its price is told from it. */
  readonly input?: unknown;
  /** `queue`: its end can be asked for later, by anybody. `direct`: it is gone with its connection. */
  readonly way: "queue" | "direct";
}

export interface Taken {
  /** fal's id of it, where fal tells. */
  readonly requestId?: string | undefined;
  /** Id of the fal key that bought it. */
  readonly falKey: string;
  /** Where another endpoint than the one ordered took it. */
  readonly endpoint?: string | undefined;
  /** Its end tells tokens or dollars: nobody will tell its price from the input, which may be long. */
  readonly counted?: boolean;
}

/** `refused`: fal has certainly not taken it. `unknown`: nobody can tell any more what became of it. */
export type EndState = "completed" | "failed" | "cancelled" | "refused" | "unknown";

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** What fal bills for it. Nothing that is left out was said by fal. */
export interface End {
  readonly state: EndState;
  /** `X-Fal-Billable-Units`. */
  readonly units?: number | undefined;
  /** Dollars, where the answer itself says: language models' `usage.cost`. */
  readonly cost?: number | undefined;
  readonly tokens?: Tokens | undefined;
}

/** How long a purchase may wait for its turn, and who is told of it. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of calls before it, whenever that changes. */
  waiting?(ahead: number): void;
}

/** Known already, or a promise of it: a call that has to wait for nothing is made at once. */
export type Soon<T> = T | Promise<T>;

/** One paid call. Everything but `turn` answers at once; each is told at most once, in this order. */
export interface Purchase {
  readonly id: string;
  /** Others wait for its end: for the money that is set aside for it, or for its place at fal. */
  readonly pressing: boolean;
  /**
   * Resolves when the account has room for it, with the fal key to buy it with where that matters; at
   * once where nobody waits. Rejects with the signal's reason, or 401 where the owner's key was
   * revoked meanwhile, and it is over.
   */
  turn(wait?: Wait): Soon<FalKey | undefined>;
  /**
   * Whoever opened it will not make it: what was set aside is free, unless somebody else has opened it
   * too. Nothing happens once fal has it.
   */
  forget(): void;
  /** fal has it. From now on it may cost, and its end is found out if nobody tells it. */
  taken(by: Taken): void;
  /** fal has begun to work on it. */
  started(): void;
  /**
   * Whoever sees its end, in whichever process, will tell it under its id: unless somebody waits for
   * that, nothing of it has to stay in memory until then.
   */
  handedOver(): void;
  /** It is over. What was set aside for it is free, but for what it cost. */
  ended(end: End): void;
}

/** Where paid calls are opened. */
export interface Purchases {
  /**
   * Sets aside what these calls may cost, for all of them or for none. An order whose id is open
   * already is taken up as it is. Rejects with ApiError 402 where the owner's budget does not reach,
   * and 401 where its key was revoked: then fal must not be called.
   */
  open(buyer: Buyer, orders: readonly Order[]): Soon<readonly Purchase[]>;
  /** A call that was taken before, by whichever process. It is never refused. */
  resume(buyer: Buyer, order: Order & { id: string }, taken: Taken): Purchase;
  /** The end of the call of that id, which was taken before, by whichever process. */
  ended(id: string, end: End): void;
}

/** For whoever counts nothing: everything may be bought, and nobody is told. */
export const UNCOUNTED: Purchases = {
  open: (_, orders) => orders.map(({ id }) => uncounted(id ?? "")),
  resume: (_, { id }) => uncounted(id),
  ended() {},
};

const uncounted = (id: string): Purchase => ({
  id,
  pressing: false,
  turn: () => undefined,
  forget() {},
  taken() {},
  started() {},
  handedOver() {},
  ended() {},
});

/** How a call ended that failed with this. Nothing where its end can still be learnt. */
export function endOf(error: unknown): End {
  if (!(error instanceof FalError)) return { state: "refused" };
  if (error.ambiguous || error.errorType === FORGOTTEN) return { state: "unknown" };
  const state = error.type === "client_cancelled" ? "cancelled" : "failed";
  return { state, units: error.units };
}
