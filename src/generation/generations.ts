/** All generations of this process: which request starts one, and which joins one. */
import type { Buyer, Purchases } from "../fal/purchase.ts";
import type { Streams } from "../fal/stream.ts";
import type { Queue } from "../fal/queue.ts";
import type { Log } from "../log.ts";
import type { CancelPolicy } from "./call.ts";
import { createGeneration, type Generation } from "./generation.ts";
import { checkedKey, type Repetition, reusedKey } from "./idempotency.ts";
import { type Keep, keeping } from "./keep.ts";
import { fingerprint, type Plan } from "./plan.ts";
import { type Retired, type Run, startRun } from "./run.ts";
import type { Settled } from "./settled.ts";

export type { Repetition };

export interface Asked {
  owner: string;
  plan: Plan;
  repetition: Repetition;
  /** The request, and where it came in: who began a generation pays for it. */
  by?: Omit<Buyer, "owner" | "model"> | undefined;
  /** Carries the plan out in its place; `print` is what makes two requests the same. */
  run?: ((changed: () => void, print: string) => Run) | undefined;
}

export interface Generations {
  /** Joins an equal generation where the client repeats itself or where one has no owner left; else starts one. */
  begin(request: Asked): Generation;
  /** Generations not yet finished. */
  running(): number;
}

export interface GenerationsOptions {
  queue: Queue;
  streams: Streams;
  /** Where its calls are paid. */
  purchases?: Purchases | undefined;
  policy: CancelPolicy;
  /** Keeps what was made before anyone is told of it; without it fal's links are handed out. */
  keep?: Keep | undefined;
  log: Log;
  now?: () => number;
  /** Characters that finished outcomes may hold in all. */
  size?: number;
}

/** How long a finished generation can still be asked for again. */
const KEPT_MS = 60 * 60_000;
const KEY_KEPT_MS = 24 * 60 * 60_000;
/** Bound on what is remembered; the oldest go first. */
const KEPT = 20_000;
/** Bound on the characters that outcomes hold: most are links, but a data URL may be megabytes. */
const KEPT_SIZE = 128e6;
/** An outcome below this is only counted, by `KEPT`. */
const LARGE = 16e3;

interface Entry {
  generation: Generation;
  /** Infinity while it runs. */
  expires: number;
}

export function createGenerations(options: GenerationsOptions): Generations {
  const {
    queue,
    streams,
    purchases,
    policy,
    keep,
    log,
    now = Date.now,
    size: most = KEPT_SIZE,
  } = options;
  const retired: Retired = new Map();
  const byPrint = new Map<string, Entry[]>();
  const byKey = new Map<string, Entry & { body: string }>();
  let running = 0;

  const large = new Map<Generation, number>();
  const dropped = new WeakSet<Generation>();

  const alive = ({ expires, generation }: Entry) =>
    expires > now() && !generation.cancelled() && !dropped.has(generation);

  /** Large outcomes are remembered only as long as there is room for them. */
  function makeRoom(generation: Generation, { results }: Settled): void {
    const length = JSON.stringify(results).length;
    if (length < LARGE) return;
    large.set(generation, length);
    let held = large.values().reduce((sum, each) => sum + each, 0);
    for (const [oldest, each] of large) {
      if (held <= most) break;
      large.delete(oldest);
      dropped.add(oldest);
      held -= each;
    }
  }

  const joinable = ({ generation, expires }: Entry) =>
    expires === Number.POSITIVE_INFINITY || generation.orphaned();

  function sweep(): void {
    for (const [print, entries] of byPrint) {
      const left = entries.filter(alive);
      if (left.length === 0) byPrint.delete(print);
      if (left.length > 0) byPrint.set(print, left);
    }
    for (const [key, entry] of byKey) if (!alive(entry)) byKey.delete(key);
    const kept = new Set([...byPrint.values(), ...byKey.values()].flat().map(generationOf));
    for (const generation of large.keys()) if (!kept.has(generation)) large.delete(generation);
    trim(byPrint);
    trim(byKey);
  }
  setInterval(sweep, 60_000).unref();

  /** The equal generation that this client means: one that nobody has fetched, else the latest. */
  function equal(print: string, retry: boolean): Generation | undefined {
    const entries = (byPrint.get(print) ?? []).filter(alive);
    const orphan = entries.find(({ generation }) => generation.orphaned());
    return (orphan ?? (retry ? entries.at(-1) : undefined))?.generation;
  }

  function begin({ owner, plan, repetition, by, run }: Asked): Generation {
    const { retry, idempotencyKey, body } = repetition;
    const key = idempotencyKey === undefined ? undefined : `${owner} ${checkedKey(idempotencyKey)}`;
    const named = key === undefined ? undefined : byKey.get(key);
    if (named && alive(named)) {
      if (named.body !== body) throw reusedKey();
      return named.generation;
    }
    const print = fingerprint(owner, plan);
    const joined = equal(print, retry);
    const generation = joined ?? start(print, run ?? ownRun(plan, buyerOf(owner, plan, by)));
    if (key !== undefined) remember(key, generation, body);
    return generation;
  }

  const ownRun = (plan: Plan, buyer: Buyer) => (changed: () => void) => {
    const run = startRun(plan, { queue, streams, purchases, buyer, retired, changed, now });
    return keep ? keeping(run, keep, log) : run;
  };

  function start(print: string, run: NonNullable<Asked["run"]>): Generation {
    const generation = createGeneration({
      policy,
      start: (changed) => run(changed, print),
      failed: (error) => log.warn("a cancellation failed", { error }),
    });
    const entry: Entry = { generation, expires: Number.POSITIVE_INFINITY };
    // Of those that were delivered only the latest is ever joined, and the latest is now this one.
    const others = (byPrint.get(print) ?? []).filter((other) => alive(other) && joinable(other));
    byPrint.set(print, [...others, entry]);
    running += 1;
    const ended = (expires: number) => {
      running -= 1;
      entry.expires = expires;
    };
    // A failure is nothing to be joined: asking again may succeed.
    generation.settled.then(
      (settled) => {
        ended(now() + KEPT_MS);
        makeRoom(generation, settled);
      },
      () => ended(0),
    );
    return generation;
  }

  function remember(key: string, generation: Generation, body: string): void {
    const entry = { generation, body, expires: now() + KEY_KEPT_MS };
    byKey.set(key, entry);
    generation.settled.catch(() => {
      // A cancelled generation fails late, when its key may name the next one.
      if (byKey.get(key) === entry) byKey.delete(key);
    });
  }

  return { begin, running: () => running };
}

const buyerOf = (owner: string, { model }: Plan, by: Asked["by"]): Buyer => ({
  ...{ trace: "", route: "" },
  ...by,
  ...{ owner, model },
});

const generationOf = ({ generation }: Entry) => generation;

function trim(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= KEPT) return;
    map.delete(key);
  }
}
