/** Money that is set aside under a budget for one call, until it is known what the call has cost. */
import type { Log } from "../log.ts";
import type { Counters } from "../store/counters/counters.ts";

export interface EarmarkParts {
  counters: Pick<Counters, "settle" | "free">;
  log: Log;
}

export class Earmark {
  readonly #parts: EarmarkParts;
  readonly #budget: string;
  readonly #id: string;
  /** It is being set aside: its end has to wait for that. */
  readonly #held: Promise<boolean>;

  /** `held` is false, or rejects, where nothing is set aside after all. */
  constructor(budget: string, id: string, held: Promise<unknown>, parts: EarmarkParts) {
    this.#parts = parts;
    this.#budget = budget;
    this.#id = id;
    this.#held = held.then(
      (done) => done !== false,
      () => false,
    );
  }

  /** The call has cost so many micro-USD; the budget learns of it behind the caller's back. */
  settle(cost: number): void {
    const { counters, log } = this.#parts;
    void (async () => {
      if (!(await this.#held)) return;
      if (cost > 0) await counters.settle(this.#budget, this.#id, cost);
      else await counters.free(this.#budget, this.#id);
    })().catch((error: unknown) => {
      const id = this.#id;
      log.warn("a budget could not be told what a call has cost", { id, cost, error });
    });
  }
}
