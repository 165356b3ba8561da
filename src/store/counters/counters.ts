/** What is counted across calls, and across processes: windows, places, budgets, lines, and word of changes. */
import type { Line, LineOptions } from "./line.ts";

export interface Counters {
  /**
   * One more in the window that ends now, unless `limit` are in it already. Exact, and sliding: at no
   * moment have more than `limit` been allowed within the last `windowMs` milliseconds.
   */
  hit(name: string, limit: number, windowMs: number): Promise<Hit>;
  /** One of `limit` places, leased until it is released or its process dies; undefined when none is free. */
  seize(name: string, limit: number): Promise<Place | undefined>;
  /**
   * Sets `amount` aside under `id`, unless what is spent and what others hold leave less than that
   * below `most`. An id that holds already holds the new amount instead, so that a task taken up by
   * another process keeps its hold: it passes Infinity as `most`, since it cannot be refused any more.
   * Amounts are whole micro-USD; a budget's name says its period too (`anna 2026-03`).
   * @throws {CountersLost} when Redis is out of reach: nothing is held.
   */
  hold(order: Hold): Promise<boolean>;
  /** What the call of that hold has cost. Of an id that holds nothing it changes nothing. */
  settle(budget: string, id: string, actual: number): Promise<void>;
  /** The call of that hold costs nothing. */
  free(budget: string, id: string): Promise<void>;
  /** The line of that name, in front of spots that all instances share. Asked for once. */
  line(name: string, options: LineOptions): Line;
  /** Tells every instance, this one too. Nothing is kept for one that cannot hear it now. */
  publish(topic: string, text: string): Promise<void>;
  /** Calls back with what is published until the returned function is called. */
  subscribe(topic: string, listener: (text: string) => void): () => void;
  /**
   * Calls back after a time in which this instance could not hear the others: whatever it believes
   * to know may have changed. Never in one process alone.
   */
  onRejoin(listener: () => void): () => void;
  /** `in-process`, or what it is connected to, without a password. */
  readonly where: string;
  close(): Promise<void>;
}

export interface Hit {
  allowed: boolean;
  /** How many more the window would take now. */
  remaining: number;
  /** Milliseconds until it takes the next one again; 0 while `remaining` is above 0. */
  retryMs: number;
  /** Milliseconds until nothing of what was counted is in it any more. */
  resetMs: number;
}

export interface Place {
  /** Gives it back; a second time does nothing. */
  release(): Promise<void>;
}

export interface Hold {
  budget: string;
  /** Stable over a restart where the call is. */
  id: string;
  amount: number;
  most: number;
  /**
   * What the books say is spent, asked when the counters do not know: at a budget's first use, or
   * when Redis has forgotten. Counts what is settled but not written yet, too.
   */
  spent(): Promise<number>;
  /**
   * The call is carried on by another process if this one dies (a durable task): the hold stays long
   * enough to be taken over. By default it is given back within seconds.
   */
  survives?: boolean;
}

/** The counters are out of reach, and the rule for what was asked is to refuse. */
export class CountersLost extends Error {
  override readonly name = "CountersLost";
}
