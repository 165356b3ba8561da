/** The fal keys falgate spends: taken in turn, set aside when fal refuses one, tried again later. */

export interface FalKey {
  readonly value: string;
  /** A digest: says which key a stored request belongs to, and nothing else. */
  readonly id: string;
  /** `fal key 2 (3f6c…)`: enough for its owner to find it, useless to anybody else. */
  readonly name: string;
}

export interface FalKeys {
  /** `first`, if it is not excepted; else the next in turn. When all are set aside, the one that comes back first. */
  next(except?: ReadonlySet<FalKey>, first?: FalKey): FalKey | undefined;
  /** Those that are not set aside, the next in turn first. When all are, all of them. */
  ready(): readonly FalKey[];
  /** Not used for a while: fal refused it (`refused`) or its balance is exhausted (`locked`). */
  setAside(key: FalKey, why: "refused" | "locked"): void;
  readonly all: readonly FalKey[];
  /** The key of that digest, if it is still configured. */
  byId(id: string): FalKey | undefined;
}

/** A refused key was revoked, which seldom heals; a locked one works again once it is topped up. */
const PAUSE_MS = { refused: 10 * 60_000, locked: 2 * 60_000 } as const;

export function createFalKeys(values: readonly string[], now: () => number = Date.now): FalKeys {
  const keys = values.map((value, index) => ({
    value,
    id: new Bun.CryptoHasher("sha256").update(value).digest("hex").slice(0, 16),
    name: `fal key ${index + 1} (${value.split(":")[0]!.slice(0, 4)}…)`,
    backAt: 0,
  }));
  let turn = 0;
  const inTurn = () => keys.map((_, index) => keys[(turn + index) % keys.length]!);
  return {
    all: keys,
    byId: (id) => keys.find((key) => key.id === id),
    next(except, first) {
      const left = inTurn().filter((key) => !except?.has(key));
      const named = left.find((key) => key === first);
      const ready = named ?? left.find((key) => key.backAt <= now());
      const chosen = ready ?? left.toSorted((a, b) => a.backAt - b.backAt)[0];
      if (chosen) turn = (keys.indexOf(chosen) + 1) % keys.length;
      return chosen;
    },
    ready() {
      const all = inTurn();
      const ready = all.filter((key) => key.backAt <= now());
      return ready.length > 0 ? ready : all;
    },
    setAside(key, why) {
      const held = keys.find((candidate) => candidate === key);
      if (held) held.backAt = now() + PAUSE_MS[why];
    },
  };
}
