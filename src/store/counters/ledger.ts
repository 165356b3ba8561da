/** Budgets in memory: what is spent, and what is held for calls under way. */
import type { Hold } from "./counters.ts";

export interface Ledger {
  hold(order: Hold): Promise<boolean>;
  settle(budget: string, id: string, actual: number): void;
  free(budget: string, id: string): void;
}

interface Budget {
  spent: number;
  held: number;
  holds: Map<string, number>;
}

/** Of budgets nobody holds anything of, the books know as much: so many are remembered. */
const REMEMBERED = 10_000;

export function createLedger(): Ledger {
  const budgets = new Map<string, Budget>();
  const asking = new Map<string, Promise<Budget>>();

  /** Asked once, however many calls come while the books are read. */
  function known(name: string, spent: Hold["spent"]): Promise<Budget> {
    const asked =
      asking.get(name) ??
      spent()
        .then((amount) => {
          const budget: Budget = { spent: amount, held: 0, holds: new Map() };
          forget();
          budgets.set(name, budget);
          return budget;
        })
        .finally(() => asking.delete(name));
    asking.set(name, asked);
    return asked;
  }

  function forget(): void {
    if (budgets.size < REMEMBERED) return;
    for (const [name, { holds }] of budgets) {
      if (holds.size > 0) continue;
      budgets.delete(name);
      if (budgets.size < REMEMBERED) return;
    }
  }

  async function hold({ budget: name, id, amount, most, spent }: Hold): Promise<boolean> {
    const budget = budgets.get(name) ?? (await known(name, spent));
    const others = budget.held - (budget.holds.get(id) ?? 0);
    if (budget.spent + others + amount > most) return false;
    budget.holds.set(id, amount);
    budget.held = others + amount;
    return true;
  }

  function settle(name: string, id: string, actual: number): void {
    const budget = budgets.get(name);
    const amount = budget?.holds.get(id);
    if (!budget || amount === undefined) return;
    budget.holds.delete(id);
    budget.held -= amount;
    budget.spent += actual;
  }

  return { hold, settle, free: (name, id) => settle(name, id, 0) };
}
