/** A call's seat among those that fal takes at a time: waited for, taken, given back. */
import type { FalKey } from "../fal/keys.ts";
import type { Buyer, Wait } from "../fal/purchase.ts";
import { revoked } from "./refusals.ts";
import type { Turn, TurnOrder, Turns } from "./turns.ts";

export interface SeatParts {
  turns: Turns;
  /** Whether that owner's key was taken back. */
  isRevoked(owner: string): boolean;
}

export class Seat {
  readonly #parts: SeatParts;
  readonly #order: TurnOrder;
  #turn: Turn | undefined;
  #over = false;

  constructor(order: TurnOrder, parts: SeatParts) {
    this.#order = order;
    this.#parts = parts;
  }

  get taken(): boolean {
    return this.#turn !== undefined;
  }

  /** `waits` is told once if it has to. Rejects with the signal's reason, or 401 for a revoked key. */
  async take(waits: Buyer["waits"], wait?: Wait): Promise<FalKey | undefined> {
    let first = waits;
    const waiting = (ahead: number) => {
      first?.(ahead);
      first = undefined;
      wait?.waiting?.(ahead);
    };
    this.#turn = await this.#parts.turns.take(this.#order, { ...wait, waiting });
    // Dropped while it waited: nobody would give the turn back.
    if (this.#over) this.release();
    if (this.#parts.isRevoked(this.#order.owner)) throw revoked();
    return this.#turn?.key;
  }

  /** fal works on it already, for another process or an earlier one: it counts, and waits for nobody. */
  occupy(falKey: string): void {
    this.#turn ??= this.#parts.turns.occupy(this.#order, falKey);
  }

  release(): void {
    this.#over = true;
    this.#turn?.release();
    this.#turn = undefined;
  }
}
