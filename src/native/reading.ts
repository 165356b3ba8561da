/** Asking for what was submitted: its status, its result, its end before its time. */
import { appOf } from "../fal/endpoint.ts";
import { FalError, FORGOTTEN } from "../fal/error.ts";
import type { Pass } from "../fal/pass.ts";
import type { Status } from "../fal/queue.ts";
import type { FalRequest } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";
import { early, failed, kept, through } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { alreadyCompleted, notFound } from "./fault.ts";
import type { Follow, Follows } from "./follow.ts";
import { toFal } from "./headers.ts";
import type { createJobUnderAny } from "./job.ts";
import { withLinks } from "./links.ts";
import { listened, one } from "./listening.ts";

export interface Reading {
  status(requestId: string, app: string, caller: Caller): Promise<Response>;
  /** The request's statuses as they come, the last one being COMPLETED. Undefined: it is not there. */
  statuses(
    requestId: string,
    app: string,
    caller: Caller,
  ): Promise<AsyncIterable<string> | undefined>;
  result(requestId: string, app: string, caller: Caller): Promise<Response>;
  cancel(requestId: string, app: string, caller: Caller): Promise<Response>;
}

export interface ReadingOptions {
  pass: Pass;
  follows: Follows;
  requests: Requests;
  jobOf: ReturnType<typeof createJobUnderAny>;
}

export function createReading({ pass, follows, requests, jobOf }: ReadingOptions): Reading {
  /** The request if it is the caller's own, or one that fal knows and the caller may ask for. */
  async function find(requestId: string, app: string, { owner, foreign }: Caller) {
    const known = await requests.find(requestId);
    if (known) return known.owner === owner && !known.lost ? known : undefined;
    if (!foreign) return undefined;
    const endpoint = appOf(app);
    return { requestId, owner, endpoint, app: endpoint, falKey: "", createdAt: 0 };
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

  return { status, statuses, result, cancel };
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
