/** What is known of one request from its arrival to its access-log line. */

export interface Trace {
  /** `x-request-id`: the client's own if it was sane. */
  readonly id: string;
  /** performance.now() at arrival. */
  readonly started: number;
  /** Name of the client key, for the log. */
  key?: string;
  model?: string;
  /** Milliseconds spent waiting for the upstream. */
  upstreamMs?: number;
  /** Calls that were before it when it began to wait for its turn; absent where it did not wait. */
  queuePosition?: number;
  /** What really went wrong, for the log only. */
  error?: unknown;
  /** A streamed answer: settles when the last byte is out or the client has left. */
  ended?: Promise<void>;
}

const traces = new WeakMap<Request, Trace>();

/** The trace of a request that came through the edge; outside of it (a unit test), a fresh one. */
export function trace(request: Request): Trace {
  return traces.get(request) ?? beginTrace(request, newId());
}

export function beginTrace(request: Request, id: string): Trace {
  const begun: Trace = { id, started: performance.now() };
  traces.set(request, begun);
  return begun;
}

const arrivals = new WeakMap<Request, Request>();

/** The same request under a rewritten URL keeps its trace. */
export function carryTrace(from: Request, to: Request): void {
  traces.set(to, trace(from));
  arrivals.set(to, from);
}

/** The request as it arrived, which is the one that the server knows. */
export function arrivalOf(request: Request): Request {
  return arrivals.get(request) ?? request;
}

const SANE = /^[\w.:-]{1,128}$/;

/** The client's request id if it is short and plain, else a new one. */
export function requestId(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given && SANE.test(given) ? given : newId();
}

const newId = () => `req_${crypto.randomUUID().replaceAll("-", "")}`;
