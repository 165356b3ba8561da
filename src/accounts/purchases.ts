/** Where paid calls are opened, and found again: money set aside before each, its cost in the books after. */
import type { Buyer, Order, Purchase, Purchases, Soon, Taken } from "../fal/purchase.ts";
import { type Counters, CountersLost } from "../store/counters/counters.ts";
import type { UsageRecord } from "../store/usage/record.ts";
import type { UsageStore } from "../store/usage/usage.ts";
import type { Budget } from "./limits.ts";
import { PaidCall, type PaidCallParts } from "./paid-call.ts";
import { budgetName, startOf } from "./period.ts";
import { exhausted, revoked, unpriced, unreachable } from "./refusals.ts";

export interface PurchasesOptions extends Omit<PaidCallParts, "over" | "now"> {
  counters: Pick<Counters, "hold" | "settle" | "free">;
  usage: UsageStore;
  /** What the owner of that id may spend. Nothing: whatever it likes. */
  budgetOf(owner: string): Budget | undefined;
  /** What becomes of a call under a budget, when nobody knows its price. */
  missingPrice: "refuse" | "allow";
  now?: () => number;
}

export interface Till extends Purchases {
  /** Finds what is open in the books since before `before`. Resolves when its money is set aside again. */
  takeUp(before: number): Promise<void>;
  /** Open calls whose end nobody in this process will tell. */
  left(): readonly UsageRecord[];
  /** Another process has told the end of that call, and its budget of it. */
  drop(id: string): void;
}

/** Read at once. */
const PAGE = 500;

export function createPurchases(options: PurchasesOptions): Till {
  const {
    counters,
    usage,
    prices,
    budgetOf,
    isRevoked,
    missingPrice,
    log,
    now = Date.now,
  } = options;
  const byId = new Map<string, PaidCall>();
  const parts: PaidCallParts = { ...options, now, over: ({ id }) => void byId.delete(id) };

  function begin(buyer: Buyer, order: Order): PaidCall {
    // Ids that grow with time: the database appends to its index, where others would go anywhere.
    const paid = new PaidCall(order.id ?? Bun.randomUUIDv7(), buyer, order, parts);
    byId.set(paid.id, paid);
    return paid;
  }

  async function hold(paid: PaidCall, budget: Budget, amount: number, most: number) {
    const { id, owner, openedAt } = paid.record;
    const name = budgetName(owner, budget, openedAt);
    const spent = () => usage.spent(owner, startOf(budget.period, openedAt));
    const held = counters.hold({ budget: name, id, amount, most, spent, survives: paid.survives });
    paid.holding(name, amount, held);
    return held;
  }

  /** Sets aside what it may cost. Throws 402 where the budget does not reach. */
  async function place(paid: PaidCall, budget: Budget): Promise<void> {
    const { endpoint } = paid.record;
    const price = prices.known(endpoint) ?? (await prices.of(endpoint));
    if (!price && missingPrice === "refuse") throw unpriced(endpoint);
    const amount = paid.priced(price);
    if (!(await hold(paid, budget, amount, budget.microUsd))) {
      throw exhausted(budget, amount, now());
    }
  }

  function open(buyer: Buyer, orders: readonly Order[]): Soon<readonly PaidCall[]> {
    if (isRevoked(buyer.owner)) return Promise.reject(revoked());
    const budget = budgetOf(buyer.owner);
    const begun: PaidCall[] = [];
    const calls = orders.map((order) => {
      const before = order.id === undefined ? undefined : byId.get(order.id);
      if (before) return before.opened();
      const paid = begin(buyer, order);
      begun.push(paid);
      return paid;
    });
    return budget ? placed(calls, begun, budget) : calls;
  }

  /** For all of them, or for none. */
  async function placed(calls: readonly PaidCall[], begun: readonly PaidCall[], budget: Budget) {
    try {
      for (const paid of begun) await place(paid, budget);
      return calls;
    } catch (error) {
      for (const paid of begun) paid.drop();
      throw error instanceof CountersLost ? unreachable(error) : error;
    }
  }

  /** It is under way and costs what it costs: that nobody can be told of it must not fail it. */
  async function replace(paid: PaidCall, amount: number): Promise<void> {
    try {
      const budget = budgetOf(paid.record.owner);
      if (budget) await hold(paid, budget, amount, Infinity);
    } catch (error) {
      log.warn("a call under way is missing from its budget", { id: paid.id, error });
    }
  }

  function resume(buyer: Buyer, order: Order & { id: string }, taken: Taken): Purchase {
    const paid = byId.get(order.id) ?? begin(buyer, order);
    if (paid.record.requestId === null) {
      void replace(paid, paid.priced(prices.known(order.endpoint)));
      paid.taken(taken);
      paid.occupy(taken.falKey);
    }
    paid.follow();
    return paid;
  }

  async function recalled(record: UsageRecord): Promise<PaidCall> {
    const paid = begin(record, { id: record.id, endpoint: record.endpoint, way: "queue" });
    paid.recall(record);
    await replace(paid, record.held);
    return paid;
  }

  /** What is in the books only. Another process may have told its end. */
  async function endUnknown(id: string, end: Parameters<Purchase["ended"]>[0]) {
    const record = await usage.find(id);
    if (record?.state === "open") (byId.get(id) ?? (await recalled(record))).ended(end);
  }

  return {
    open,
    resume,
    ended(id, end) {
      const paid = byId.get(id);
      if (paid) return paid.ended(end);
      endUnknown(id, end).catch((error: unknown) => {
        log.error("what a call has cost cannot be noted", { id, error });
      });
    },
    async takeUp(before) {
      for (let last: UsageRecord | undefined; ;) {
        const page = await usage.open(before, PAGE, last);
        await Promise.all(page.map((record) => byId.has(record.id) || recalled(record)));
        last = page.at(-1);
        if (page.length < PAGE) return;
      }
    },
    drop: (id) => byId.get(id)?.drop(),
    left: () => [...byId.values()].filter((paid) => paid.left).map((paid) => paid.record),
  };
}
