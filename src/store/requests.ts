/** Who made which request of fal, and how it ended: known at once, written a moment later. */
import type { TransactionSQL } from "bun";
import type { Kind, WriteBehind } from "./batch.ts";
import type { Database } from "./database.ts";
import { createRecent } from "./recent.ts";
import {
  type FalRequest,
  fromRow,
  type NewRequest,
  type Outcome,
  type ReadRow,
  type RequestState,
  sizeOf,
  toRow,
} from "./request.ts";
import { sweepRequests, type Swept } from "./sweep.ts";

export interface Requests {
  /** Keeps a request that fal has taken. The first to bring an id keeps it. */
  remember(request: NewRequest): void | Promise<void>;
  /** What is known without a query. */
  peek(requestId: string): FalRequest | undefined;
  find(requestId: string): Promise<FalRequest | undefined>;
  /**
   * Records how it ended, once: whether this outcome was new. A state never changes again; a
   * completed request without a result may still receive one.
   */
  settle(requestId: string, outcome: Outcome): Promise<boolean>;
  /** Those that have not ended, oldest first; the next page begins after the last one's. */
  pending(
    limit: number,
    after?: Pick<FalRequest, "createdAt" | "requestId">,
  ): Promise<FalRequest[]>;
  /** Forgets what is too old, and of the ended ones the oldest while they are too many bytes. */
  sweep(now?: number): Promise<Swept>;
  /** Reads an index of every row: for an administrator, not for a scrape. */
  counts(): Promise<Record<RequestState, number>>;
}

export interface RequestsOptions {
  database: Database;
  writes: WriteBehind;
  /** How long a request is remembered: after it was made, and again after it ended. */
  retentionMs?: number;
  /** How many bytes of ended requests are kept. */
  maxBytes?: number;
  memory?: { maxEntries: number; maxBytes: number };
  now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MB = 1024 * 1024;

/** Another falgate may end a request that this one remembers as pending. */
const STALE_MS = 1_000;

export function createRequests(options: RequestsOptions): Requests {
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
    write: upsert,
    written: (requests) => requests.forEach(clean),
    lost: clean,
  };

  function clean(request: FalRequest): void {
    if (unwritten.get(request.requestId) !== request) return;
    unwritten.delete(request.requestId);
    know(request);
  }

  function know(request: FalRequest): void {
    recent.set(request.requestId, { request, readAt: now() }, sizeOf(request));
  }

  function put(request: FalRequest): void | Promise<void> {
    reading.delete(request.requestId);
    unwritten.set(request.requestId, request);
    return writes.enqueue(rows, request, sizeOf(request));
  }

  function remember(request: NewRequest): void | Promise<void> {
    if (known(request.requestId)) return;
    const createdAt = request.createdAt ?? now();
    return put({
      requestId: request.requestId,
      owner: request.owner,
      endpoint: request.endpoint,
      app: request.app,
      falKey: request.falKey,
      webhook: request.webhook ?? null,
      state: "pending",
      createdAt,
      completedAt: null,
      expiresAt: createdAt + retentionMs,
      statusBody: null,
      result: null,
    });
  }

  /** From memory, however old. */
  function known(requestId: string): FalRequest | undefined {
    return unwritten.get(requestId) ?? recent.get(requestId)?.request;
  }

  function peek(requestId: string): FalRequest | undefined {
    const mine = unwritten.get(requestId);
    if (mine) return mine;
    const entry = recent.get(requestId);
    if (!entry) return undefined;
    if (entry.request.expiresAt <= now()) return undefined;
    if (shared && entry.request.state === "pending" && entry.readAt + STALE_MS < now()) return;
    return entry.request;
  }

  function find(requestId: string): Promise<FalRequest | undefined> {
    const request = peek(requestId);
    // A client's path may hold anything, and PostgreSQL refuses a NUL.
    if (request || requestId.includes("\0")) return Promise.resolve(request);
    const underway = reading.get(requestId);
    if (underway) return underway;
    const query: Promise<FalRequest | undefined> = read(requestId).then(
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

  async function read(requestId: string): Promise<FalRequest | undefined> {
    const [row] = await database.sql<ReadRow[]>`
      select * from fal_requests where request_id = ${requestId} and expires_at > ${now()}`;
    return row && fromRow(row);
  }

  async function settle(requestId: string, outcome: Outcome): Promise<boolean> {
    const found = await find(requestId);
    // Another outcome may have come while it was asked.
    const request = known(requestId) ?? found;
    if (!request || !isStep(request, outcome)) return false;
    const completedAt = request.completedAt ?? outcome.completedAt ?? now();
    await put({
      ...request,
      state: outcome.state,
      completedAt,
      expiresAt: completedAt + retentionMs,
      statusBody: outcome.statusBody ?? request.statusBody,
      result: outcome.result ?? null,
    });
    return true;
  }

  return {
    remember,
    peek,
    find,
    settle,
    pending: async (limit, after = { createdAt: -1, requestId: "" }) => {
      await writes.flush();
      const page = await database.sql<ReadRow[]>`
        select * from fal_requests
        where state = 'pending'
          and (created_at, request_id) > (${after.createdAt}, ${after.requestId})
        order by created_at, request_id limit ${limit}`;
      return page.map(fromRow);
    },
    sweep: (at = now()) =>
      sweepRequests({ database, now: at, maxBytes, forget: (id) => recent.delete(id) }),
    counts: async () => {
      const found = await database.sql<{ state: RequestState; count: number | string }[]>`
        select state, count(*) as count from fal_requests group by state`;
      const counts = { pending: 0, completed: 0, cancelled: 0, lost: 0 };
      for (const { state, count } of found) counts[state] = Number(count);
      return counts;
    },
  };
}

function isStep(request: FalRequest, outcome: Outcome): boolean {
  if (request.state === "pending") return true;
  const late = request.state === "completed" && outcome.state === "completed";
  return late && !request.result && Boolean(outcome.result);
}

/** Few lengths, so that PostgreSQL prepares few statements. */
const LENGTHS = [50, 10, 1];

/** The row of each, inserted or brought forward; its owner stays whoever came first. */
async function upsert(tx: TransactionSQL, requests: readonly FalRequest[]): Promise<void> {
  // One statement may not touch a row twice, and the last word on a request holds all of it.
  const last = [...new Map(requests.map((request) => [request.requestId, request])).values()];
  const rows = last.map(toRow);
  for (let from = 0; from < rows.length;) {
    const length = LENGTHS.find((each) => each <= rows.length - from) ?? 1;
    await tx`
      insert into fal_requests ${tx(rows.slice(from, from + length))}
      on conflict (request_id) do update set
        state = excluded.state,
        completed_at = excluded.completed_at,
        expires_at = excluded.expires_at,
        size = excluded.size,
        result_status = excluded.result_status,
        result_headers = excluded.result_headers,
        status_body = excluded.status_body,
        result_body = excluded.result_body
      where (fal_requests.state = 'pending' and excluded.state <> 'pending')
        or (fal_requests.state = 'completed' and fal_requests.result_status is null
          and excluded.state = 'completed' and excluded.result_status is not null)`;
    from += length;
  }
}
