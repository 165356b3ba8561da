/** Who made which request of fal, and how it ended: known at once, written a moment later. */
import type { Kind, WriteBehind } from "./batch.ts";
import type { Database } from "./database.ts";
import { createRecent } from "./recent.ts";
import {
  readPending,
  readRow,
  readUndelivered,
  toRow,
  writeDeliveries,
  writeRows,
} from "./request-rows.ts";
import { type FalRequest, type KeptResult, sizeOf, type Undelivered } from "./request.ts";
import { sweepRequests, type Swept } from "./sweep.ts";

/** Writing is prompt and happens behind the caller's back; reading sees what was just written. */
export interface Requests {
  /** Keeps a request that fal has taken. The first to bring an id keeps it. */
  remember(request: FalRequest): void | Promise<void>;
  /** At once where no query is needed. */
  find(requestId: string): FalRequest | undefined | Promise<FalRequest | undefined>;
  /** The first outcome stays, whichever it is. */
  settle(requestId: string, result: KeptResult): Promise<void>;
  /** Settles it without a result. */
  lose(requestId: string): Promise<void>;
  /** Unsettled ones submitted before `before` (ms), oldest first. */
  pending(before: number, limit: number): Promise<readonly FalRequest[]>;
  /** Settled ones with a webhook that was neither acknowledged nor given up, oldest first. */
  undelivered(limit: number): Promise<readonly Undelivered[]>;
  /** The webhook was acknowledged, or is given up. */
  delivered(requestId: string): Promise<void>;
}

export interface RequestStore extends Requests {
  /** Forgets what is too old, and of the settled ones the oldest while they are too many bytes. */
  sweep(): Promise<Swept>;
}

export interface RequestsOptions {
  database: Database;
  writes: WriteBehind;
  /** How long a request is remembered: after it was made, and again after it was settled. */
  retentionMs?: number;
  /** How many bytes of settled requests are kept. */
  maxBytes?: number;
  memory?: { maxEntries: number; maxBytes: number };
  now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MB = 1024 * 1024;

/** Another falgate may settle a request that this one remembers as pending. */
const STALE_MS = 1_000;

export function createRequests(options: RequestsOptions): RequestStore {
  const { database, writes, retentionMs = 7 * DAY_MS, maxBytes = 1024 * MB } = options;
  const { memory = { maxEntries: 20_000, maxBytes: 32 * MB }, now = Date.now } = options;
  const shared = database.engine === "PostgreSQL";

  /** Not in the database yet: memory alone knows them. */
  const unwritten = new Map<string, FalRequest>();
  const recent = createRecent<{ request: FalRequest; readAt: number }>(memory);
  /** Queries on their way. One that an outcome has overtaken is not believed. */
  const reading = new Map<string, Promise<FalRequest | undefined>>();

  const rows: Kind<FalRequest> = {
    name: "fal_requests",
    write: (tx, requests) =>
      writeRows(
        tx,
        requests.map((request) => toRow(request, expiryOf(request))),
      ),
    written: (requests) => requests.forEach(clean),
    lost: clean,
  };
  const deliveries: Kind<FalRequest> = {
    name: "fal_requests delivered",
    write: writeDeliveries,
    written: (requests) => requests.forEach(clean),
    lost: clean,
  };

  const expiryOf = ({ createdAt, settledAt = createdAt }: FalRequest) => settledAt + retentionMs;

  function clean(request: FalRequest): void {
    if (unwritten.get(request.requestId) !== request) return;
    unwritten.delete(request.requestId);
    know(request);
  }

  function know(request: FalRequest): void {
    recent.set(request.requestId, { request, readAt: now() }, sizeOf(request));
  }

  function put(kind: Kind<FalRequest>, request: FalRequest): void | Promise<void> {
    reading.delete(request.requestId);
    unwritten.set(request.requestId, request);
    return writes.enqueue(kind, request, sizeOf(request));
  }

  /** From memory, however old. */
  function known(requestId: string): FalRequest | undefined {
    return unwritten.get(requestId) ?? recent.get(requestId)?.request;
  }

  /** From memory, if that can be believed. */
  function peek(requestId: string): FalRequest | undefined {
    const mine = unwritten.get(requestId);
    if (mine) return mine;
    const entry = recent.get(requestId);
    if (!entry || expiryOf(entry.request) <= now()) return undefined;
    const pending = entry.request.settledAt === undefined;
    return shared && pending && entry.readAt + STALE_MS < now() ? undefined : entry.request;
  }

  function find(requestId: string): FalRequest | undefined | Promise<FalRequest | undefined> {
    const request = peek(requestId);
    // A client's path may hold anything, and PostgreSQL refuses a NUL.
    if (request || requestId.includes("\0")) return request;
    const underway = reading.get(requestId);
    if (underway) return underway;
    const query: Promise<FalRequest | undefined> = readRow(database.sql, requestId, now()).then(
      (found) => {
        if (reading.get(requestId) !== query) return find(requestId);
        reading.delete(requestId);
        if (found) know(found);
        return found;
      },
      (error: unknown) => {
        if (reading.get(requestId) === query) reading.delete(requestId);
        throw error;
      },
    );
    reading.set(requestId, query);
    return query;
  }

  /** The latest of a request, after having waited for it: another change may have come meanwhile. */
  async function latest(requestId: string): Promise<FalRequest | undefined> {
    const found = await find(requestId);
    return known(requestId) ?? found;
  }

  async function end(requestId: string, outcome: Pick<FalRequest, "result" | "lost">) {
    const request = await latest(requestId);
    if (!request || request.settledAt !== undefined) return;
    await put(rows, { ...request, ...outcome, settledAt: now() });
  }

  return {
    remember: (request) => (known(request.requestId) ? undefined : put(rows, request)),
    find,
    settle: (requestId, result) => end(requestId, { result }),
    lose: (requestId) => end(requestId, { lost: true }),
    async delivered(requestId) {
      const request = await latest(requestId);
      if (!request || request.deliveredAt !== undefined) return;
      await put(deliveries, { ...request, deliveredAt: now() });
    },
    async pending(before, limit) {
      await writes.flush();
      return readPending(database.sql, before, limit);
    },
    async undelivered(limit) {
      await writes.flush();
      return readUndelivered(database.sql, limit);
    },
    sweep: () =>
      sweepRequests({ database, now: now(), maxBytes, forget: (id) => recent.delete(id) }),
  };
}
