/** Writes that happen behind the request's back: gathered, then committed together, in order. */
import type { TransactionSQL } from "bun";
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";
import { isRefusal } from "./error.ts";

/** One sort of write: how a run of its items is written, and who wants to know. */
export interface Kind<T> {
  name: string;
  /** Must bear being run again with the same items: a commit's answer may be lost on its way. */
  write(tx: TransactionSQL, items: readonly T[]): Promise<unknown>;
  /** After the commit. */
  written?(items: readonly T[]): void;
  /** After the last try of an item that the database refuses. */
  lost?(item: T): void;
}

export interface WriteBehind {
  /**
   * Takes a write. Usually answers with nothing; when too much is waiting it answers with a
   * promise, which the caller awaits before it brings more.
   */
  enqueue<T>(kind: Kind<T>, item: T, bytes?: number): void | Promise<void>;
  /** Waits until all that was taken so far is written; answers with how many are not in that time. */
  flush(timeoutMs?: number): Promise<number>;
  /** How many writes are not committed yet. */
  readonly waiting: number;
}

export interface WriteBehindOptions {
  database: Pick<Database, "transaction" | "where">;
  log: Log;
  /** The longest a write waits for company. */
  everyMs?: number;
  /** How many go in one transaction. */
  atOnce?: number;
  /** Past either, `enqueue` asks to be awaited. */
  maxWaiting?: number;
  maxBytes?: number;
  /** How often a write that the database refuses is tried. */
  tries?: number;
  /** The first and the longest pause after a failure. */
  pauseMs?: readonly [first: number, longest: number];
}

interface Entry {
  number: number;
  kind: Kind<unknown>;
  item: unknown;
  bytes: number;
  tries: number;
  done: boolean;
  fault?: unknown;
}

interface Flush {
  upTo: number;
  left: number;
  end: () => void;
}

export function createWriteBehind(options: WriteBehindOptions): WriteBehind {
  const { database, log, everyMs = 50, atOnce = 250, tries = 5 } = options;
  const { maxWaiting = 10_000, maxBytes = 64 * 1024 * 1024 } = options;
  const [firstPause, longestPause] = options.pauseMs ?? [100, 5_000];

  let queue: Entry[] = [];
  /** Refused by the database, to be tried again later. Nothing waits for them. */
  const aside = new Set<Entry>();
  const flushes = new Set<Flush>();
  let room: (() => void)[] = [];
  let taken = 0;
  let waiting = 0;
  let bytes = 0;
  let timer: Timer | undefined;
  let running = false;
  let endPause = () => {};

  const full = () => waiting >= maxWaiting || bytes >= maxBytes;

  function enqueue<T>(kind: Kind<T>, item: T, size = 0): void | Promise<void> {
    queue.push({ number: ++taken, kind, item, bytes: size, tries: 0, done: false });
    waiting++;
    bytes += size;
    soon();
    if (full()) return new Promise((resolve) => room.push(resolve));
  }

  /** Starts writing when there is enough, or when what there is has waited long enough. */
  function soon(): void {
    if (running) return;
    if (queue.length >= atOnce) return start();
    timer ??= setTimeout(start, everyMs);
  }

  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    if (running) return;
    running = true;
    void drain().finally(() => {
      running = false;
      if (queue.length > 0) soon();
    });
  }

  async function drain(): Promise<void> {
    let batch: Entry[] = [];
    let failures = 0;
    while (batch.length > 0 || queue.length > 0) {
      // SQLite works in the calling thread: requests get their turn between two transactions.
      await new Promise(setImmediate);
      if (batch.length === 0) batch = queue.splice(0, atOnce);
      try {
        await write(batch);
        failures = 0;
        for (const entry of batch) if (!entry.done) refused(entry);
        batch = [];
      } catch (error) {
        batch = batch.filter((entry) => !entry.done);
        const pause = Math.min(firstPause * 2 ** failures++, longestPause);
        log.warn("database cannot be written, trying again", {
          database: database.where,
          waiting,
          pause,
          error,
        });
        await paused(flushes.size > 0 ? Math.min(pause, firstPause) : pause);
      }
    }
  }

  /** Writes what can be written; rejects when the trouble is not with the items themselves. */
  async function write(entries: readonly Entry[]): Promise<void> {
    try {
      await database.transaction(async (tx) => {
        for (const run of runs(entries)) await run.kind.write(tx, run.items);
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (entries.length > 1) return halves(entries);
      for (const entry of entries) entry.fault = error;
      return;
    }
    for (const entry of entries) finish(entry);
    for (const run of runs(entries)) run.kind.written?.(run.items);
  }

  /** Somewhere among them is one that the database refuses: the others must not wait for it. */
  async function halves(entries: readonly Entry[]): Promise<void> {
    const middle = entries.length >> 1;
    await write(entries.slice(0, middle));
    await write(entries.slice(middle));
  }

  function refused(entry: Entry): void {
    const { kind, item, fault: error } = entry;
    if (++entry.tries >= tries) {
      log.error("a write is lost: the database refuses it", { kind: kind.name, tries, error });
      finish(entry);
      kind.lost?.(item);
      return;
    }
    log.warn("the database refuses a write, trying again", { kind: kind.name, error });
    aside.add(entry);
    const pause = Math.min(firstPause * 2 ** entry.tries, longestPause);
    setTimeout(() => back(entry), flushes.size > 0 ? 0 : pause);
  }

  function back(entry: Entry): void {
    if (!aside.delete(entry)) return;
    queue.push(entry);
    soon();
  }

  function finish(entry: Entry): void {
    entry.done = true;
    waiting--;
    bytes -= entry.bytes;
    if (room.length > 0 && !full()) {
      for (const resolve of room) resolve();
      room = [];
    }
    for (const flush of flushes) {
      if (entry.number <= flush.upTo && --flush.left === 0) flush.end();
    }
  }

  async function flush(timeoutMs = 5_000): Promise<number> {
    if (waiting === 0) return 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const own: Flush = { upTo: taken, left: waiting, end: resolve };
    flushes.add(own);
    const deadline = setTimeout(resolve, timeoutMs);
    for (const entry of aside) back(entry);
    endPause();
    start();
    await promise;
    clearTimeout(deadline);
    flushes.delete(own);
    if (own.left > 0) log.error("writes are not saved", { count: own.left, timeoutMs });
    return own.left;
  }

  function paused(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(end);
        resolve();
      };
    });
  }

  return {
    enqueue,
    flush,
    get waiting() {
      return waiting;
    },
  };
}

/** Neighbours of one kind, together. */
function runs(entries: readonly Entry[]): { kind: Kind<unknown>; items: unknown[] }[] {
  const found: { kind: Kind<unknown>; items: unknown[] }[] = [];
  for (const { kind, item } of entries) {
    const last = found.at(-1);
    if (last?.kind === kind) last.items.push(item);
    if (last?.kind !== kind) found.push({ kind, items: [item] });
  }
  return found;
}
