/** One paid call as the database holds it: who made it, what for, and what it cost. */

/** `open` until its end is known. `refused`: fal did not take it. `unknown`: nobody can tell any more. */
export type UsageState = "open" | "completed" | "failed" | "cancelled" | "refused" | "unknown";

export interface UsageRecord {
  /** Names the call in every process. */
  readonly id: string;
  /** Id of the client key that pays for it. */
  readonly owner: string;
  /** Milliseconds since 1970: the moment that decides to which day and budget it belongs. */
  readonly openedAt: number;
  /** Micro-USD; 0 while it is open. */
  readonly cost: number;
  readonly state: UsageState;
  /** Micro-USD that are set aside for it while it is open. */
  readonly held: number;
  /** As the client named it. */
  readonly model: string;
  readonly endpoint: string;
  /** Where the client asked for it: the route's path as the documentation writes it. */
  readonly route: string;
  /** `x-request-id`, or the id of the task. */
  readonly trace: string;
  /** fal's id of it. */
  readonly requestId: string | null;
  /** Digest of the fal key that bought it. */
  readonly falKey: string | null;
  readonly endedAt: number | null;
  /** From its opening to its end. */
  readonly latencyMs: number | null;
  /** Until fal began to work on it; null where that was not seen. */
  readonly queueMs: number | null;
  /** fal's billable units, of which one costs `unitPrice` dollars. */
  readonly units: number | null;
  readonly unit: string | null;
  readonly unitPrice: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** What is known of a call that has only been opened, beside who makes it. */
export const NOTHING_YET = {
  cost: 0,
  state: "open",
  held: 0,
  requestId: null,
  falKey: null,
  endedAt: null,
  latencyMs: null,
  queueMs: null,
  units: null,
  unit: null,
  unitPrice: null,
  inputTokens: null,
  outputTokens: null,
} as const;

export function toRow(record: UsageRecord) {
  return {
    id: record.id,
    owner: record.owner,
    opened_at: record.openedAt,
    cost: record.cost,
    state: record.state,
    held: record.held,
    model: storable(record.model),
    endpoint: storable(record.endpoint),
    route: storable(record.route),
    trace: record.trace,
    request_id: record.requestId,
    fal_key: record.falKey,
    ended_at: record.endedAt,
    latency_ms: record.latencyMs,
    queue_ms: record.queueMs,
    units: record.units,
    unit: record.unit,
    unit_price: record.unitPrice,
    input_tokens: record.inputTokens,
    output_tokens: record.outputTokens,
  };
}

export type UsageRow = { [Key in keyof ReturnType<typeof toRow>]: string | number | null };

/** PostgreSQL's `bigint` arrives as a string, SQLite's as a number. */
export function fromRow(row: UsageRow): UsageRecord {
  return {
    id: String(row.id),
    owner: String(row.owner),
    openedAt: Number(row.opened_at),
    cost: Number(row.cost),
    state: row.state as UsageState,
    held: Number(row.held),
    model: String(row.model),
    endpoint: String(row.endpoint),
    route: String(row.route),
    trace: String(row.trace),
    requestId: text(row.request_id),
    falKey: text(row.fal_key),
    endedAt: number(row.ended_at),
    latencyMs: number(row.latency_ms),
    queueMs: number(row.queue_ms),
    units: number(row.units),
    unit: text(row.unit),
    unitPrice: number(row.unit_price),
    inputTokens: number(row.input_tokens),
    outputTokens: number(row.output_tokens),
  };
}

const text = (value: string | number | null) => (value === null ? null : String(value));
const number = (value: string | number | null) => (value === null ? null : Number(value));

/** A client's words may hold anything, and PostgreSQL's text holds no NUL. */
const storable = (given: string) => given.replaceAll("\0", "\ufffd").slice(0, 512);
