/** One paid call on its way through the books: opened, taken by fal, over. */
import type { FalKey } from "../fal/keys.ts";
import type { Buyer, End, Order, Purchase, Soon, Taken, Tokens, Wait } from "../fal/purchase.ts";
import { NOTHING_YET, type UsageRecord } from "../store/usage/record.ts";
import type { UsageStore } from "../store/usage/usage.ts";
import { Earmark, type EarmarkParts } from "./earmark.ts";
import { microUsd, mostMicroUsd } from "./money.ts";
import type { Price, Prices } from "./prices.ts";
import { Seat, type SeatParts } from "./seat.ts";
import type { Turns } from "./turns.ts";

export interface PaidCallParts extends EarmarkParts, Pick<SeatParts, "isRevoked"> {
  usage: Pick<UsageStore, "write">;
  prices: Prices;
  /** Units that fal will count, told from what it is sent. */
  estimate(unit: string, endpoint: string, input: unknown): number;
  /** So many tokens in that unit; nothing where it counts something else. */
  tokensIn(unit: string, tokens: number): number | undefined;
  /** Without it, nobody waits. */
  turns?: Turns | undefined;
  now(): number;
  /** It need not be found any more. */
  over(call: PaidCall): void;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A class for its memory: thousands of them are open at once. */
export class PaidCall implements Purchase {
  readonly #parts: PaidCallParts;
  readonly #queued: boolean;
  /** It has a name in every process: another goes on with it if this one dies. */
  readonly #durable: boolean;
  readonly #record: Writable<UsageRecord>;
  /** Kept until it has told what it will cost, or its end will be told with its tokens: it may be a film in text. */
  #input: unknown;
  #price: Price | undefined;
  #earmark: Earmark | undefined;
  #seat: Seat | undefined;
  #waits: Buyer["waits"];
  #began = performance.now();
  #takenAt: number | undefined;
  #followed = true;
  #over = false;
  #openers = 1;

  constructor(
    id: string,
    { owner, trace, route, model, waits }: Buyer,
    order: Order,
    parts: PaidCallParts,
  ) {
    const { endpoint, input, way } = order;
    this.#parts = parts;
    this.#queued = way === "queue";
    this.#durable = order.id !== undefined;
    this.#input = input;
    this.#waits = waits;
    const openedAt = parts.now();
    this.#record = { ...NOTHING_YET, id, owner, trace, route, model, endpoint, openedAt };
    this.priced(parts.prices.known(endpoint));
  }

  get id(): string {
    return this.#record.id;
  }

  get pressing(): boolean {
    return this.#earmark !== undefined || this.#seat?.taken === true;
  }

  /** What is known of it at this moment. */
  get record(): UsageRecord {
    return this.#record;
  }

  /** fal has it, and nobody in this process will tell its end. */
  get left(): boolean {
    return !this.#over && !this.#followed;
  }

  /** Another process can take it over, with the money that is set aside for it. */
  get survives(): boolean {
    return this.#queued;
  }

  /** Answers with what it will probably cost, in micro-USD. */
  priced(price: Price | undefined): number {
    this.#price = price;
    if (!price) return 0;
    const { endpoint } = this.#record;
    const units = this.#parts.estimate(price.unit, endpoint, this.#input);
    this.#record.units = units;
    this.#record.unit = price.unit;
    this.#record.unitPrice = price.amount;
    return mostMicroUsd(price.amount * units);
  }

  /** So much is being set aside under that budget's name. */
  holding(budget: string, amount: number, held: Promise<unknown>): void {
    this.#record.held = amount;
    this.#earmark = new Earmark(budget, this.id, held, this.#parts);
  }

  /** As another process has left it. */
  recall(record: UsageRecord): void {
    Object.assign(this.#record, record);
    this.#followed = false;
    this.#began -= Math.max(0, this.#parts.now() - record.openedAt);
    const { unit, unitPrice } = record;
    if (unit !== null && unitPrice !== null) this.#price = { unit, amount: unitPrice };
  }

  /** Somebody in this process will tell its end. */
  follow(): void {
    this.#followed = true;
  }

  turn(wait?: Wait): Soon<FalKey | undefined> {
    const waits = this.#waits;
    this.#waits = undefined;
    return this.#seated?.take(waits, wait).catch((error: unknown) => {
      this.drop();
      throw error;
    });
  }

  /** fal works on it already, for another process or an earlier one: it counts, and waits for nobody. */
  occupy(falKey: string): void {
    this.#seated?.occupy(falKey);
  }

  /** Where nobody waits there are no seats. */
  get #seated(): Seat | undefined {
    const { turns, isRevoked } = this.#parts;
    if (!turns) return undefined;
    const asked = { id: this.id, owner: this.#record.owner, survives: this.#durable };
    return (this.#seat ??= new Seat(asked, { turns, isRevoked }));
  }

  taken({ requestId = null, falKey, endpoint, counted }: Nullable<Taken>): void {
    if (this.#over) return;
    this.#takenAt = performance.now();
    this.#record.requestId = requestId;
    this.#record.falKey = falKey;
    if (endpoint && endpoint !== this.#record.endpoint) {
      this.#record.endpoint = endpoint;
      this.priced(this.#parts.prices.known(endpoint));
    }
    if (this.#price || counted) this.#input = undefined;
    if (this.#queued && requestId !== null) this.#parts.usage.write({ ...this.#record });
  }

  started(): void {
    if (this.#takenAt === undefined) return;
    this.#record.queueMs ??= Math.round(performance.now() - this.#takenAt);
  }

  /** One whose price is not known yet stays: what it was asked for may have to tell its units. */
  handedOver(): void {
    if (!this.#over && !this.pressing && this.#price) this.#parts.over(this);
  }

  ended(end: End): void {
    if (this.#over) return;
    this.#seat?.release();
    // fal keeps what became of it: somebody will find out.
    if (end.state === "unknown" && this.#followed && this.#queued && this.#record.requestId) {
      this.#followed = false;
      return;
    }
    this.#over = true;
    this.#parts.over(this);
    const free = end.state !== "completed" && !end.units && !end.tokens;
    if (this.#price || end.cost !== undefined || free) return this.#settle(end);
    void this.#pricedLate(end);
  }

  /** It was opened once more: it takes as many to forget it. */
  opened(): this {
    this.#openers += 1;
    return this;
  }

  forget(): void {
    this.#openers -= 1;
    if (this.#openers <= 0 && this.#takenAt === undefined) this.drop();
  }

  /** Its end is in the books already, or it has none. */
  drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#seat?.release();
    this.#parts.over(this);
    this.#earmark?.settle(0);
  }

  /** Nobody knew its price when it was made. */
  async #pricedLate(end: End): Promise<void> {
    this.priced(await this.#parts.prices.of(this.#record.endpoint));
    this.#settle(end);
  }

  /** What fal says it has cost; where it says nothing, what was expected of one that succeeded. */
  #settle({ state, units: said, cost: dollars, tokens }: End): void {
    const record = this.#record;
    record.units = said ?? this.#counted(tokens) ?? (state === "completed" ? record.units : 0);
    record.cost = microUsd(dollars ?? (record.units ?? 0) * (record.unitPrice ?? 0));
    record.state = state;
    record.held = 0;
    record.endedAt = this.#parts.now();
    record.latencyMs = Math.round(performance.now() - this.#began);
    record.inputTokens = tokens?.input ?? null;
    record.outputTokens = tokens?.output ?? null;
    this.#input = undefined;
    this.#parts.usage.write({ ...record });
    this.#earmark?.settle(record.cost);
  }

  /** A language model's stream whose client has left is worth what has come of it. */
  #counted(tokens: Tokens | undefined): number | undefined {
    if (!tokens || !this.#price) return undefined;
    return this.#parts.tokensIn(this.#price.unit, tokens.input + tokens.output);
  }
}

type Nullable<T> = { [Key in keyof T]: T[Key] | null };
