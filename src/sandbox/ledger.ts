/** What the sandbox would have charged. */

export interface Charge {
  readonly requestId: string;
  readonly endpoint: string;
  readonly key: string;
  readonly units: number;
  readonly unit: string;
  readonly unitPrice: number;
  /** Dollars. */
  readonly cost: number;
  readonly time: number;
}

/** A long run must not grow. */
const kept = 10_000;

export interface Ledger {
  readonly charges: readonly Charge[];
  charge(charge: Omit<Charge, "cost" | "time">): void;
  clear(): void;
}

export function createLedger(): Ledger {
  const charges: Charge[] = [];
  return {
    charges,
    charge(entry) {
      if (entry.units <= 0) return;
      // Shifting on every entry would move the whole list; now and then a batch goes.
      if (charges.length >= kept * 1.1) charges.splice(0, charges.length - kept);
      charges.push({ ...entry, cost: entry.units * entry.unitPrice, time: Date.now() });
    },
    clear: () => void (charges.length = 0),
  };
}
