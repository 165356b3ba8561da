/** fal's own API, relayed: submitted here, followed here, kept here. */
import { FalError, falError, FORGOTTEN } from "../fal/error.ts";
import { appOf } from "../fal/endpoint.ts";
import type { FalKey, FalKeys } from "../fal/keys.ts";
import type { Pass } from "../fal/pass.ts";
import type { Buyer, Purchases } from "../fal/purchase.ts";
import type { Job, Status } from "../fal/queue.ts";
import { isPassing } from "../fal/retry.ts";
import type { FalRequest } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";
import { type Body, claimsJson, jsonFault, textOf } from "./body.ts";
import { buy, endpointOf, refusedBy, sent } from "./buying.ts";
import { alreadyCompleted, badQuery, notFound, withMessage } from "./fault.ts";
import type { Follow, Follows } from "./follow.ts";
import { keptHeaders, toClient, toFal } from "./headers.ts";
import { withAllLinks, withLinks } from "./links.ts";
import { metered } from "./metered.ts";
import { takeWebhook, withWebhook } from "./webhook-query.ts";
import type { Webhooks } from "./webhook.ts";

/** One client's call. */
export interface Caller {
  /** The client key's id: what it submits is its own. */
  owner: string;
  /** Who pays for it, and what for. */
  buyer: Buyer;
  /** May ask for requests that were not submitted here. */
  foreign: boolean;
  method: string;
  headers: Headers;
  /** The query, with its question mark, or nothing. */
  search: string;
  /** Where links point: falgate's own address, with the prefix that the client came by. */
  base: string;
  signal: AbortSignal;
}

export interface Relay {
  /** `ids`: the endpoint, or the chain of an alias: the next one serves where fal has retired one. */
  submit(ids: readonly string[], body: Body, caller: Caller): Promise<Response>;
  status(requestId: string, app: string, caller: Caller): Promise<Response>;
  /** The request's statuses as they come, the last one being COMPLETED. Undefined: it is not there. */
  statuses(
    requestId: string,
    app: string,
    caller: Caller,
  ): Promise<AsyncIterable<string> | undefined>;
  result(requestId: string, app: string, caller: Caller): Promise<Response>;
  cancel(requestId: string, app: string, caller: Caller): Promise<Response>;
  /** fal's synchronous API and its streams: straight through. */
  run(ids: readonly string[], body: Body, caller: Caller): Promise<Response>;
}

export interface RelayOptions {
  pass: Pass;
  keys: FalKeys;
  follows: Follows;
  requests: Requests;
  /** Where calls are paid. */
  purchases: Purchases;
  webhooks: Pick<Webhooks, "judge">;
  /** What fal calls in place of a client's webhook. Without it, the request is watched from here. */
  webhookUrl?: string | undefined;
  queueUrl: string;
  runUrl: string;
}

/** Requests that are followed though nobody asks; the rest are looked at every minute. */
const STREAMS = 500;

export function createRelay(options: RelayOptions): Relay {
  const { pass, keys, follows, requests, purchases, webhooks, webhookUrl } = options;
  const queue = options.queueUrl.replace(/\/+$/, "");
  const runner = options.runUrl.replace(/\/+$/, "");

  /** The first endpoint of a chain that fal still has. */
  async function first(
    host: string,
    ids: readonly string[],
    body: Body,
    caller: Caller,
    key: FalKey | undefined,
  ) {
    const { method, search, signal } = caller;
    const streamed = body instanceof ReadableStream;
    const headers = toFal(caller.headers, streamed);
    for (const [index, id] of ids.entries()) {
      const url = `${host}/${id}${search}`;
      const passed = await pass({ method, url, headers, body, signal, first: key });
      const last = index === ids.length - 1 || streamed;
      if (last || passed.response.status !== 404) return { ...passed, id };
      await passed.response.body?.cancel();
    }
    throw new FalError({ status: 404, message: "the alias has no endpoint" });
  }

  async function submit(ids: readonly string[], body: Body, caller: Caller): Promise<Response> {
    const fault = jsonFault(body, caller.headers);
    if (fault) return fault;
    const { search, webhook } = takeWebhook(caller.search);
    const wrong = webhook && (await webhooks.judge(webhook));
    if (wrong) return badQuery("fal_webhook", wrong);
    const asked = webhook && webhookUrl ? withWebhook(search, webhookUrl) : search;
    const order = { id: ids[0]!, body, way: "queue", signal: caller.signal } as const;
    const bought = await buy(purchases, caller.buyer, order);
    const { response, key, id } = await sent(
      bought,
      first(queue, ids, body, { ...caller, search: asked }, bought.key),
    );
    if (!response.ok) {
      bought.purchase.ended(refusedBy(response));
      return failed(response);
    }
    const answer = await sent(bought, acceptance(response, id, key.name));
    const requestId = answer.request_id;
    bought.purchase.taken({ requestId, falKey: key.id, endpoint: id });
    const app = appOf(id);
    const request: FalRequest = {
      requestId,
      owner: caller.owner,
      endpoint: id,
      app,
      falKey: key.id,
      createdAt: Date.now(),
      webhook,
    };
    await requests.remember(request);
    // Somebody waits for its end: the webhook, the next in line, or whoever shares its budget.
    const awaited = (webhook && !webhookUrl) || bought.purchase.pressing;
    if (awaited && follows.active() < STREAMS) follows.of(jobOf(request));
    const queued = { status: "IN_QUEUE", queue_position: 0, ...answer };
    const linked = withAllLinks(queued, caller.base, app, requestId);
    return Response.json(linked, {
      status: response.status,
      headers: toClient(response.headers, true),
    });
  }

  /** The request if it is the caller's own, or one that fal knows and the caller may ask for. */
  async function find(requestId: string, app: string, { owner, foreign }: Caller) {
    const known = await requests.find(requestId);
    if (known) return known.owner === owner && !known.lost ? known : undefined;
    if (!foreign) return undefined;
    const endpoint = appOf(app);
    return { requestId, owner, endpoint, app: endpoint, falKey: "", createdAt: 0 };
  }

  function jobOf({ requestId, endpoint, app, falKey }: FalRequest): Job {
    const key = keys.byId(falKey) ?? keys.next();
    if (!key) throw new FalError({ status: 401, message: "no fal key is configured" });
    return { requestId, endpoint, key, url: `${queue}/${app}/requests/${requestId}` };
  }

  async function status(requestId: string, app: string, caller: Caller): Promise<Response> {
    const request = await find(requestId, app, caller);
    if (!request) return notFound();
    const told = request.result ? lastOf(request) : await latest(follows.of(jobOf(request)));
    if (!told) return notFound();
    return Response.json(shown(told, request, caller), {
      status: told.status === "COMPLETED" ? 200 : 202,
      headers: { "x-fal-request-id": requestId },
    });
  }

  async function statuses(requestId: string, app: string, caller: Caller) {
    const request = await find(requestId, app, caller);
    if (!request) return undefined;
    const line = (told: Status) => `data: ${JSON.stringify(shown(told, request, caller))}\n\n`;
    if (request.result) return one(line(lastOf(request)));
    const follow = follows.of(jobOf(request));
    if (!(await latest(follow))) return undefined;
    return listened(follow, caller.signal, line);
  }

  async function result(requestId: string, app: string, caller: Caller): Promise<Response> {
    const request = await find(requestId, app, caller);
    if (!request) return notFound();
    if (request.result) return kept(request.result);
    const follow = follows.of(jobOf(request));
    const told = await latest(follow);
    if (!told) return notFound();
    // What the AI SDK looks for while it waits on the result itself.
    if (told.status !== "COMPLETED") return early();
    await follow.kept;
    const settled = await requests.find(requestId);
    return settled?.result ? kept(settled.result) : passResult(request, caller);
  }

  async function passResult(request: FalRequest, { headers, signal }: Caller): Promise<Response> {
    const { key, url } = jobOf(request);
    const { response } = await pass({ method: "GET", url, headers: toFal(headers), key, signal });
    return response.ok ? through(response) : failed(response);
  }

  async function cancel(requestId: string, app: string, caller: Caller): Promise<Response> {
    const request = await find(requestId, app, caller);
    if (!request) return notFound();
    // fal may have forgotten by now what is known here.
    if (request.result) return alreadyCompleted();
    const { key, url } = jobOf(request);
    const { headers, signal } = caller;
    const sent = { method: "PUT", url: `${url}/cancel`, headers: toFal(headers), key, signal };
    const { response } = await pass(sent);
    return response.ok ? through(response) : failed(response);
  }

  async function run(ids: readonly string[], body: Body, caller: Caller): Promise<Response> {
    const fault = claimsJson(caller.headers) ? jsonFault(body, caller.headers) : undefined;
    if (fault) return fault;
    const { search } = takeWebhook(caller.search);
    const order = { id: ids[0]!, body, way: "direct", signal: caller.signal } as const;
    const bought = await buy(purchases, caller.buyer, order);
    const { purchase } = bought;
    const { response, key, id } = await sent(
      bought,
      first(runner, ids, body, { ...caller, search }, bought.key),
    );
    if (!response.ok) {
      purchase.ended(refusedBy(response));
      return failed(response);
    }
    const requestId = response.headers.get("x-fal-request-id") ?? undefined;
    purchase.taken({ requestId, falKey: key.id, endpoint: endpointOf(id) });
    purchase.started();
    return through(metered(response, purchase, body instanceof Uint8Array ? body.length : 0));
  }

  return { submit, status, statuses, result, cancel, run };
}

/** fal's answer to a submission: without an id, nobody could ever ask for what has been taken. */
async function acceptance(response: Response, id: string, key: string) {
  const text = await textOf(response);
  try {
    const answer = JSON.parse(text) as { request_id?: unknown } | null;
    const requestId = answer?.request_id;
    if (typeof requestId === "string") return { ...answer, request_id: requestId };
  } catch {
    // Told below as what it is: not an answer.
  }
  const message = `fal accepted ${id} without a request id`;
  throw new FalError({ status: 502, message, key, ambiguous: true });
}

/** What fal said last; nothing when it does not know the request, or no longer. */
async function latest(follow: Follow): Promise<Status | undefined> {
  try {
    await follow.known;
  } catch (error) {
    if (isForgotten(error) || isForgotten((error as Error).cause)) return undefined;
    throw error;
  }
  return follow.latest();
}

const isForgotten = (error: unknown) => error instanceof FalError && error.errorType === FORGOTTEN;

const lastOf = ({ result }: FalRequest) => JSON.parse(result!.statusBody) as Status;

/** Every spelling that fal's framework reads as true: the clients write `1`, `true` and `True`. */
const WANTS_LOGS = /[?&]logs=(1|true|t|yes|y|on)(&|$)/i;

/** A status as one client sees it: its own links, and logs only if it asked for them. */
function shown(told: Status, { app, requestId }: FalRequest, { base, search }: Caller): Status {
  const { logs = null, ...rest } = told;
  const linked = withLinks({ response_url: "", ...rest }, base, app, requestId);
  if (told.status === "IN_QUEUE") return { ...linked, queue_position: told.queue_position ?? 0 };
  return { ...linked, logs: WANTS_LOGS.test(search) ? (logs ?? []) : null };
}

async function* one(line: string) {
  yield line;
}

/** What the follow has heard so far, then everything new, to the end. */
async function* listened(
  follow: Follow,
  signal: AbortSignal,
  line: (told: Status) => string,
): AsyncGenerator<string> {
  const waiting: Status[] = [follow.latest()!];
  let wake = () => {};
  const stop = follow.listen((told) => {
    waiting.push(told);
    wake();
  });
  const end = () => wake();
  signal.addEventListener("abort", end, { once: true });
  follow.kept.then(end, end);
  let over = false;
  follow.kept.then(
    () => (over = true),
    () => (over = true),
  );
  try {
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next) {
        yield line(next);
        if (next.status === "COMPLETED") return;
        continue;
      }
      if (over) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
    signal.removeEventListener("abort", end);
  }
}

const early = () => {
  const detail = "Request is still in progress";
  return Response.json({ detail, message: detail }, { status: 400 });
};

/** A kept result, exactly as fal gave it. */
function kept({ status, body, headers }: NonNullable<FalRequest["result"]>): Response {
  return new Response(status < 400 ? body : withMessage(body), { status, headers });
}

/** fal's answer, byte for byte. Never its Response itself, which Elysia would decode as text. */
function through(response: Response): Response {
  const { status, headers, body } = response;
  const streams = headers.get("content-type")?.startsWith("text/event-stream");
  return new Response(body, {
    status,
    headers: { ...toClient(headers), ...(streams ? UNBUFFERED : {}) },
  });
}

/** No proxy in front may hold back a stream of events. */
const UNBUFFERED = { "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" };

async function failed(response: Response): Promise<Response> {
  const { status, headers } = response;
  return new Response(withMessage(await textOf(response)), {
    status,
    headers: toClient(headers, true),
  });
}

/** Waits before a result is asked for again, after an answer that says nothing about it. */
const PAUSES_MS = [250, 500, 1000, 2000, 4000];

/** Fetches a completed request's result, whatever it is, and keeps it with its last status. */
export function keeper(pass: Pass, requests: Requests, sleep = Bun.sleep) {
  async function fetched({ key, url }: Job) {
    const headers = { "accept-encoding": "identity" };
    const { response } = await pass({ method: "GET", url, headers, key });
    const body = await textOf(response);
    if (!response.ok) {
      const error = falError(response, body, key.name);
      if (isPassing(error)) throw error;
    }
    return { status: response.status, body, headers: keptHeaders(response.headers) };
  }

  /** A broken connection or a busy ingress is no result, and must not be kept as one. */
  async function insist(job: Job) {
    for (const pause of PAUSES_MS) {
      try {
        return await fetched(job);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await sleep(pause);
      }
    }
    return fetched(job);
  }

  return async (job: Job, last: Status): Promise<void> => {
    const result = await insist(job);
    await requests.settle(job.requestId, { statusBody: JSON.stringify(last), ...result });
  };
}
