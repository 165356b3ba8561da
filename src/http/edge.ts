/** What every request passes on its way in and every answer on its way out. */
import { ApiError } from "../openai/error.ts";
import type { Log } from "../log.ts";
import type { Cors } from "./cors.ts";
import { beginTrace, carryTrace, requestId, type Trace } from "./trace.ts";

type Handler = (request: Request) => Response | Promise<Response>;

interface Named {
  name: string;
}

/** A request that was let in, until its answer has ended. */
interface Passage {
  /** For the answer. */
  headers: Readonly<Record<string, string>>;
  /** A second time does nothing. */
  leave(): void;
}

export interface EdgeOptions {
  log: Log;
  cors: Cors;
  /** Throws for a caller who may not pass; says under which name the others are logged. */
  admit(request: Request, path: string): Named | Promise<Named> | undefined;
  /** Throws for a body that is too large to be read. */
  measure(request: Request, path: string): void;
  /** Throws for an admitted caller who asks too much. What it gives is told when the answer has ended. */
  enter?(request: Request, path: string): Promise<Passage> | undefined;
  /** The answer to a request that becomes a WebSocket; nothing for any other. */
  upgrade?(request: Request, path: string): Response | undefined;
  /** Called for every admitted request, so that a long wait is not cut by the server's idle timer. */
  patient(request: Request): void;
  /** True while the process is on its way out. */
  draining(): boolean;
  /** Any failure as the client sees it. */
  render(error: unknown, path: string): Response;
}

/** Wraps the whole application: ids, CORS, admission, limits and the access log, also for 404s. */
export function createEdge(options: EdgeOptions): (next: Handler) => Handler {
  const { log, cors, admit, measure, enter, upgrade, patient, draining, render } = options;
  return (next) => async (incoming) => {
    const traced = beginTrace(incoming, requestId(incoming));
    const { request, path } = canonical(incoming);
    let passage: Passage | undefined;
    const answer = async (): Promise<Response> => {
      if (request.method === "OPTIONS") return cors.preflight(request);
      if (draining()) return leaving();
      const caller = admit(request, path);
      traced.key = (caller instanceof Promise ? await caller : caller)?.name;
      measure(request, path);
      const entering = enter?.(request, path);
      if (entering) passage = await entering;
      const upgraded = upgrade?.(incoming, path);
      if (upgraded) return upgraded;
      patient(incoming);
      return next(request);
    };
    const response = await answer().catch((error: unknown) => {
      traced.error = error;
      return render(error, path);
    });
    response.headers.set("x-request-id", traced.id);
    if (traced.queuePosition !== undefined) {
      response.headers.set("x-falgate-queue-position", String(traced.queuePosition));
    }
    if (passage) leaveAtEnd(passage, response.headers, traced, incoming.signal);
    if (request.method !== "OPTIONS") cors.decorate(request, response.headers);
    reportAtEnd(log, traced, request.method, path, response.status);
    return response;
  };
}

/** A stream ends later than its head is sent; a client that leaves may never have begun to read it. */
function leaveAtEnd(
  { headers, leave }: Passage,
  told: Headers,
  { ended }: Trace,
  left: AbortSignal,
): void {
  for (const [name, value] of Object.entries(headers)) told.set(name, value);
  if (!ended || left.aborted) return leave();
  void ended.then(leave);
  left.addEventListener("abort", leave, { once: true });
}

/** The process is on its way out: another instance, or the next one, will answer. */
function leaving(): never {
  throw new ApiError(503, "The gateway is shutting down.", "server_error", {
    code: "shutting_down",
    headers: { connection: "close", "retry-after": "1" },
  });
}

/** First segments of the `/v1` resources, which answer without the prefix too. */
const RESOURCES =
  /^\/(models|images|chat|responses|embeddings|audio|videos?|tasks|usage|dashboard)(?=\/|$)/;

/**
 * Base URLs are written with and without `/v1`, and some clients add another to one that has it.
 * All three spellings reach the same route. Only the unusual ones cost a second Request.
 */
function canonical(request: Request): { request: Request; path: string } {
  const from = request.url.indexOf("/", request.url.indexOf("//") + 2);
  const query = request.url.indexOf("?", from);
  const path = request.url.slice(from, query < 0 ? undefined : query);
  const doubled = path.startsWith("/v1/v1/");
  if (!doubled && !RESOURCES.test(path)) return { request, path };
  const straight = doubled ? path.slice("/v1".length) : `/v1${path}`;
  const url = request.url.slice(0, from) + straight + (query < 0 ? "" : request.url.slice(query));
  const rewritten = new Request(url, request);
  carryTrace(request, rewritten);
  return { request: rewritten, path: straight };
}

/** A function of its own: what waits for the end of a long stream must not hold all of its request. */
function reportAtEnd(log: Log, traced: Trace, method: string, path: string, status: number): void {
  if (!traced.ended) return report(log, traced, method, path, status);
  void traced.ended.then(() => report(log, traced, method, path, status));
}

/** Characters of a model's name that are worth a log line: a client may send a book. */
const NAME = 200;

/** One line a request; a server-side failure adds its cause, at a level that gets noticed. */
function report(log: Log, traced: Trace, method: string, path: string, status: number): void {
  const { id, key, model, upstreamMs, started, error } = traced;
  const ms = Math.round((performance.now() - started) * 10) / 10;
  const named = model?.slice(0, NAME);
  const upstream = upstreamMs === undefined ? {} : { upstream_ms: Math.round(upstreamMs) };
  log.info("request", { id, key, method, path, model: named, status, ms, ...upstream });
  if (status >= 500 && error !== undefined) log.error("request failed", { id, status, error });
}
