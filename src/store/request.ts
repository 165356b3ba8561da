/** One request made of fal, as falgate remembers it, and its row in the database. */

export type RequestState = "pending" | "completed" | "cancelled" | "lost";

/** fal's answer to the call for a result, which may be an error's. */
export interface KeptResult {
  /** HTTP status. */
  status: number;
  /** fal's own `x-fal-*` headers. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface FalRequest {
  requestId: string;
  /** Id of the client key that submitted it. */
  owner: string;
  /** fal's full endpoint id, and the application that its queue URLs speak of. */
  endpoint: string;
  app: string;
  /** Digest of the fal key that submitted it: only that key can see it at fal. */
  falKey: string;
  /** Where the client wants to be called at its end. */
  webhook: string | null;
  state: RequestState;
  /** Milliseconds since 1970, as all its times. */
  createdAt: number;
  completedAt: number | null;
  expiresAt: number;
  /** fal's last status of it, as JSON text. */
  statusBody: string | null;
  result: KeptResult | null;
}

/** What is known of a request when fal has just taken it. */
export type NewRequest = Pick<FalRequest, "requestId" | "owner" | "endpoint" | "app" | "falKey"> & {
  webhook?: string | null;
  createdAt?: number;
};

/** How a request ended. */
export interface Outcome {
  state: Exclude<RequestState, "pending">;
  statusBody?: string | null;
  result?: KeptResult | null;
  completedAt?: number;
}

/** A row of fal_requests, as it is written. */
export type RequestRow = ReturnType<typeof toRow>;

/** What a row takes on disk besides its texts, indexes included. */
const ROW_BYTES = 512;

/** What it takes on disk, roughly; bytes, not characters. */
export function sizeOf({ statusBody, result }: FalRequest): number {
  const texts = Buffer.byteLength(statusBody ?? "") + Buffer.byteLength(result?.body ?? "");
  return ROW_BYTES + texts;
}

export function toRow(request: FalRequest) {
  return {
    request_id: request.requestId,
    owner: request.owner,
    endpoint: request.endpoint,
    app: request.app,
    fal_key: request.falKey,
    created_at: request.createdAt,
    state: request.state,
    completed_at: request.completedAt,
    expires_at: request.expiresAt,
    webhook: request.webhook,
    size: sizeOf(request),
    result_status: request.result?.status ?? null,
    result_headers: request.result ? JSON.stringify(request.result.headers) : null,
    status_body: storable(request.statusBody),
    result_body: storable(request.result?.body ?? null),
  };
}

/** PostgreSQL's `bigint` arrives as a string, SQLite's as a number. */
export type ReadRow = { [Key in keyof RequestRow]: RequestRow[Key] | string };

export function fromRow(row: ReadRow): FalRequest {
  const text = (value: string | number | null) => (value === null ? null : String(value));
  return {
    requestId: String(row.request_id),
    owner: String(row.owner),
    endpoint: String(row.endpoint),
    app: String(row.app),
    falKey: String(row.fal_key),
    webhook: text(row.webhook),
    state: row.state as RequestState,
    createdAt: Number(row.created_at),
    completedAt: row.completed_at === null ? null : Number(row.completed_at),
    expiresAt: Number(row.expires_at),
    statusBody: text(row.status_body),
    result:
      row.result_status === null
        ? null
        : {
            status: Number(row.result_status),
            headers: JSON.parse(text(row.result_headers) ?? "{}") as Record<string, string>,
            body: text(row.result_body) ?? "",
          },
  };
}

/** PostgreSQL's text holds no NUL; JSON writes it as an escape, so that only broken text has one. */
function storable(text: string | null): string | null {
  return text?.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
}
