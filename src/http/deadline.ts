/** One signal for the two ends of a call: the client leaves, or nothing happens for too long. */
import { type Listener, onSilence, type Silence } from "./silence.ts";

export interface Deadline {
  readonly signal: AbortSignal;
  /** Something happened: the time starts anew. */
  extend(): void;
  /** True when it was the time that ran out. */
  passed(): boolean;
  /** The call is over. */
  clear(): void;
  /** Runs a call under this deadline: a failure ends it, and a late one says that it was late. */
  guard<T>(call: () => Promise<T>): Promise<T>;
}

/**
 * Aborts with the client's own reason, or with `late(ms)` after `ms` milliseconds without `extend`.
 * `late` is told them so that it need not be a closure for each call.
 */
export function createDeadline(
  client: AbortSignal,
  ms: number,
  late: (ms: number) => Error,
): Deadline {
  return new Ends(client, ms, late);
}

class Ends implements Deadline, Listener {
  readonly #client: AbortSignal;
  readonly #controller = new AbortController();
  readonly #silence: Silence;
  readonly #ms: number;
  readonly #late: (ms: number) => Error;
  #over = false;

  constructor(client: AbortSignal, ms: number, late: (ms: number) => Error) {
    this.#client = client;
    this.#ms = ms;
    this.#late = late;
    this.#silence = onSilence(ms, this);
    client.addEventListener("abort", this, { once: true });
    if (client.aborted) this.handleEvent();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  extend(): void {
    this.#silence.broken();
  }

  passed(): boolean {
    return this.#over;
  }

  clear(): void {
    this.#silence.stop();
    this.#client.removeEventListener("abort", this);
  }

  async guard<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      this.clear();
      throw this.#over ? this.signal.reason : error;
    }
  }

  /** The client has left. */
  handleEvent(): void {
    this.#silence.stop();
    this.#controller.abort(this.#client.reason);
  }

  silent(): void {
    this.#over = true;
    this.clear();
    this.#controller.abort(this.#late(this.#ms));
  }
}
