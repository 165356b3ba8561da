/** A task as the database holds it, and one call that was made for it. */

/** Facts are JSON that belongs to whoever runs the task; the store reads none of it. */
export interface TaskRecord {
  id: string;
  owner: string;
  dialect: string;
  kind: string;
  model: string;
  state: string;
  /** States only move to a higher rank; `LAST_RANK` is an end. */
  rank: number;
  progress: number;
  /** Milliseconds since 1970, as all its times. */
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  expiresAt: number | null;
  /** Somebody asked for its end. */
  cancelAsked: boolean;
  /** Its owner wants to see it no more. */
  hidden: boolean;
  callback: CallbackState;
  callbackAt: number | null;
  callbackTries: number;
  /** Names the request that it was made for; no other task has it. */
  once: string | null;
  /** What was asked for. */
  request: unknown;
  /** What is known of it so far. */
  facts: unknown;
}

/** `waiting` for the task's end, then `due` until it was heard or given up. */
export type CallbackState = "none" | "waiting" | "due" | "heard" | "given up";

/** The rank of every end: nothing changes a task's state after it. */
export const LAST_RANK = 5;

/**
 * `submitting`: written before the call, so that fal may or may not have it. `submitted`: fal has it.
 * The others are ends; `refused` is one that fal certainly has not taken.
 */
export type CallState = "submitting" | "submitted" | "refused" | "done" | "failed" | "unknown";

export interface CallRecord {
  taskId: string;
  /** Stage, endpoint and number: what the call is for. */
  slot: string;
  /** From 1. Only a refused attempt is followed by another. */
  attempt: number;
  state: CallState;
  endpoint: string;
  input: Record<string, unknown>;
  submittedAt: number;
  /** Digest of the fal key that submitted it. */
  falKey: string | null;
  requestId: string | null;
  /** What status, result and cancellation hang off. */
  url: string | null;
  output: unknown;
  units: number;
  error: unknown;
}

const CALL_RANKS: Readonly<Record<CallState, number>> = {
  submitting: 0,
  submitted: 1,
  refused: 2,
  done: 2,
  failed: 2,
  unknown: 2,
};

export const callRank = (state: CallState): number => CALL_RANKS[state];

/** PostgreSQL's `bigint` arrives as a string, SQLite's as a number. */
type Read = string | number | null;
export type Row = Readonly<Record<string, Read>>;

const time = (value: Read | undefined) =>
  value === null || value === undefined ? null : Number(value);
const text = (value: Read | undefined) =>
  value === null || value === undefined ? null : String(value);
const json = (value: Read | undefined): unknown =>
  value === null || value === undefined ? undefined : JSON.parse(String(value));

/** PostgreSQL's text holds no NUL, in JSON neither raw nor escaped by its reader: it stays an escape. */
export const written = (value: unknown): string | null =>
  value === undefined ? null : JSON.stringify(value);

export function taskOf(row: Row): TaskRecord {
  return {
    id: String(row.id),
    owner: String(row.owner),
    dialect: String(row.dialect),
    kind: String(row.kind),
    model: String(row.model),
    state: String(row.state),
    rank: Number(row.rank),
    progress: Number(row.progress),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    completedAt: time(row.completed_at),
    expiresAt: time(row.expires_at),
    cancelAsked: Number(row.cancel_asked) > 0,
    hidden: Number(row.hidden) > 0,
    callback: String(row.callback) as CallbackState,
    callbackAt: time(row.callback_at),
    callbackTries: Number(row.callback_tries),
    once: text(row.once),
    request: json(row.request),
    facts: json(row.facts),
  };
}

export function taskRow(task: TaskRecord) {
  const request = written(task.request)!;
  const facts = written(task.facts)!;
  return {
    id: task.id,
    owner: task.owner,
    dialect: task.dialect,
    kind: task.kind,
    model: task.model,
    state: task.state,
    rank: task.rank,
    progress: task.progress,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    completed_at: task.completedAt,
    expires_at: task.expiresAt,
    cancel_asked: Number(task.cancelAsked),
    hidden: Number(task.hidden),
    callback: task.callback,
    callback_at: task.callbackAt,
    callback_tries: task.callbackTries,
    once: task.once,
    size: sizeOf(request, facts),
    request,
    facts,
  };
}

/** What a row takes on disk, roughly: its texts, and the rest with its indexes. */
export const sizeOf = (...texts: readonly string[]) =>
  texts.reduce((sum, each) => sum + Buffer.byteLength(each), 512);

export function callOf(row: Row): CallRecord {
  return {
    taskId: String(row.task_id),
    slot: String(row.slot),
    attempt: Number(row.attempt),
    state: String(row.state) as CallState,
    endpoint: String(row.endpoint),
    input: json(row.input) as Record<string, unknown>,
    submittedAt: Number(row.submitted_at),
    falKey: text(row.fal_key),
    requestId: text(row.request_id),
    url: text(row.url),
    output: json(row.output),
    units: Number(row.units),
    error: json(row.error),
  };
}

export function callRow(call: CallRecord) {
  return {
    task_id: call.taskId,
    slot: call.slot,
    attempt: call.attempt,
    state: call.state,
    rank: callRank(call.state),
    endpoint: call.endpoint,
    input: written(call.input),
    submitted_at: call.submittedAt,
    fal_key: call.falKey,
    request_id: call.requestId,
    url: call.url,
    output: written(call.output),
    units: call.units,
    error: written(call.error),
  };
}
