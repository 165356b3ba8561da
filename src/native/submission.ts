/** Submitting to fal's queue, or running at once: paid for, remembered, and followed where somebody waits. */
import { appOf } from "../fal/endpoint.ts";
import { FalError } from "../fal/error.ts";
import type { FalKey } from "../fal/keys.ts";
import type { Pass } from "../fal/pass.ts";
import type { Purchases } from "../fal/purchase.ts";
import type { FalRequest } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";
import { failed, through } from "./answers.ts";
import { type Body, claimsJson, jsonFault, textOf } from "./body.ts";
import { buy, endpointOf, refusedBy, sent } from "./buying.ts";
import type { Caller } from "./caller.ts";
import { badQuery } from "./fault.ts";
import type { Follows } from "./follow.ts";
import { toClient, toFal } from "./headers.ts";
import type { createJobUnderAny } from "./job.ts";
import { withAllLinks } from "./links.ts";
import { metered } from "./metered.ts";
import { takeWebhook, withWebhook } from "./webhook-query.ts";
import type { Webhooks } from "./webhook.ts";

export interface Submission {
  /** `ids`: the endpoint, or the chain of an alias: the next one serves where fal has retired one. */
  submit(ids: readonly string[], body: Body, caller: Caller): Promise<Response>;
  /** fal's synchronous API and its streams: straight through. */
  run(ids: readonly string[], body: Body, caller: Caller): Promise<Response>;
}

export interface SubmissionOptions {
  pass: Pass;
  follows: Follows;
  requests: Requests;
  /** Where calls are paid. */
  purchases: Purchases;
  webhooks: Pick<Webhooks, "judge">;
  /** What fal calls in place of a client's webhook. Without it, the request is watched from here. */
  webhookUrl?: string | undefined;
  queueUrl: string;
  runUrl: string;
  jobOf: ReturnType<typeof createJobUnderAny>;
}

/** Requests that are followed though nobody asks; the rest are looked at every minute. */
const STREAMS = 500;

export function createSubmission(options: SubmissionOptions): Submission {
  const { pass, follows, requests, purchases, webhooks, webhookUrl, jobOf } = options;
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
      call: bought.purchase.id,
      createdAt: Date.now(),
      webhook,
    };
    await requests.remember(request);
    bought.purchase.handedOver();
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

  return { submit, run };
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
