/** Requests made of fal as rows of a table: written many at a time, read one or a page at a time. */
import type { TransactionSQL } from "bun";
import type { Database } from "./database.ts";
import { type FalRequest, type KeptResult, sizeOf, type Undelivered } from "./request.ts";
import { inRuns } from "./runs.ts";

/** A request, and when it is to be forgotten. */
export type Row = ReturnType<typeof toRow>;

export function toRow(request: FalRequest, expiresAt: number) {
  const { result } = request;
  return {
    request_id: request.requestId,
    owner: request.owner,
    endpoint: request.endpoint,
    app: request.app,
    fal_key: request.falKey,
    created_at: request.createdAt,
    state: request.lost ? "lost" : result ? "completed" : "pending",
    completed_at: request.settledAt ?? null,
    expires_at: expiresAt,
    webhook: request.webhook ?? null,
    call_id: request.call ?? null,
    size: sizeOf(request),
    result_status: result?.status ?? null,
    result_headers: result ? JSON.stringify(result.headers) : null,
    status_body: result ? storable(result.statusBody) : null,
    result_body: result ? storable(result.body) : null,
  };
}

/** PostgreSQL's `bigint` arrives as a string, SQLite's as a number. */
type ReadRow = { [Key in keyof Row]: Row[Key] | string } & { delivered_at: number | string | null };

function fromRow(row: ReadRow): FalRequest {
  return {
    requestId: String(row.request_id),
    owner: String(row.owner),
    endpoint: String(row.endpoint),
    app: String(row.app),
    falKey: String(row.fal_key),
    createdAt: Number(row.created_at),
    webhook: row.webhook ?? undefined,
    call: row.call_id ?? undefined,
    result: resultOf(row),
    lost: row.state === "lost" || undefined,
    settledAt: numberOf(row.completed_at),
    deliveredAt: numberOf(row.delivered_at),
  };
}

function resultOf(row: ReadRow): KeptResult | undefined {
  if (row.result_status === null) return undefined;
  return {
    statusBody: row.status_body ?? "",
    status: Number(row.result_status),
    body: row.result_body ?? "",
    headers: JSON.parse(row.result_headers ?? "{}") as Record<string, string>,
  };
}

const numberOf = (value: number | string | null) => (value === null ? undefined : Number(value));

/** PostgreSQL's text holds no NUL; JSON writes it as an escape, so that only broken text has one. */
const storable = (text: string) => text.replaceAll("\0", "\ufffd");

/** Each inserted or settled; its owner stays whoever came first, its outcome whichever did. */
export async function writeRows(tx: TransactionSQL, written: readonly Row[]): Promise<void> {
  // One statement may not touch a row twice, and the last word on a request holds all of it.
  const rows = [...new Map(written.map((row) => [row.request_id, row])).values()];
  for (const run of inRuns(rows)) {
    await tx`
      insert into fal_requests ${tx(run)}
      on conflict (request_id) do update set
        state = excluded.state,
        completed_at = excluded.completed_at,
        expires_at = excluded.expires_at,
        size = excluded.size,
        result_status = excluded.result_status,
        result_headers = excluded.result_headers,
        status_body = excluded.status_body,
        result_body = excluded.result_body
      where fal_requests.state = 'pending' and excluded.state <> 'pending'`;
  }
}

/** Apart from the row, whose result may be large and stays as it is. */
export async function writeDeliveries(
  tx: TransactionSQL,
  delivered: readonly FalRequest[],
): Promise<void> {
  for (const { requestId, deliveredAt } of delivered) {
    await tx`
      update fal_requests set delivered_at = ${deliveredAt}
      where request_id = ${requestId} and delivered_at is null`;
  }
}

type Sql = Database["sql"];

export async function readRow(sql: Sql, id: string, now: number): Promise<FalRequest | undefined> {
  const [row] = await sql<ReadRow[]>`
    select * from fal_requests where request_id = ${id} and expires_at > ${now}`;
  return row && fromRow(row);
}

/** Unsettled ones submitted before `before`, oldest first. */
export async function readPending(sql: Sql, before: number, limit: number): Promise<FalRequest[]> {
  const rows = await sql<ReadRow[]>`
    select * from fal_requests where state = 'pending' and created_at < ${before}
    order by created_at, request_id limit ${limit}`;
  return rows.map(fromRow);
}

/** Oldest first. */
export async function readUndelivered(sql: Sql, limit: number): Promise<Undelivered[]> {
  const rows = await sql<Pick<ReadRow, "request_id" | "completed_at">[]>`
    select request_id, completed_at from fal_requests
    where webhook is not null and delivered_at is null and completed_at is not null
    order by completed_at, request_id limit ${limit}`;
  return rows.map((row) => ({
    requestId: row.request_id,
    settledAt: Number(row.completed_at),
  }));
}
