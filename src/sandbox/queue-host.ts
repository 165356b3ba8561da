/** queue.fal.run: submit, status, status stream, result and cancel. */
import { type Call, type Fields, isFields } from "./call.ts";
import { aliasOf } from "./endpoint.ts";
import { faultOf, plain, tooManyRequests } from "./fault.ts";
import { type Fal, noApplication, reader, spender } from "./fal.ts";
import { duration, type Marker, takeMarker, times } from "./marker.ts";
import { findModel } from "./model.ts";
import type { Job } from "./job.ts";
import { cut, detail, fail, ingress, json } from "./reply.ts";
import { statusStream } from "./status-stream.ts";
import { statusOf, submitted } from "./status.ts";
import { isUrl } from "./url.ts";

const requestPath = /^\/(.+?)\/requests\/([^/]+?)(\/status\/stream|\/status|\/cancel|\/response)?$/;

export function queueHost(fal: Fal, call: Call): Response {
  const [, app, id, action = ""] = requestPath.exec(call.path) ?? [];
  if (app === undefined || id === undefined) return submit(fal, call);
  const key = reader(fal, call, aliasOf(app));
  if (typeof key !== "string") return key;
  if (call.method !== (action === "/cancel" ? "PUT" : "GET")) {
    return detail(405, "Method Not Allowed");
  }
  const job = fal.queue.find(id);
  // Another account's request does not exist for this one.
  if (!job || job.key !== key) return json(404, { status: "NOT_FOUND" });
  const answer = act(fal, call, job, action);
  answer.headers.set("x-fal-request-id", id);
  return answer;
}

function act(fal: Fal, call: Call, job: Job, action: string): Response {
  if (action === "/cancel") return cancel(fal, job);
  if (action === "" || action === "/response") return result(fal, job);
  const logs = ["1", "true"].includes(call.query.get("logs") ?? "");
  if (action === "/status") {
    const status = job.state === "COMPLETED" ? 200 : 202;
    return json(status, statusOf(job, fal.queue, call.origin, logs));
  }
  if (job.marker.get("stream") === "none") return detail(404, "Not Found");
  return statusStream(job, fal.queue, call.origin, logs, drops(fal, job.marker, "stream", job.id));
}

function cancel(fal: Fal, job: Job): Response {
  if (job.state === "COMPLETED") return json(400, { status: "ALREADY_COMPLETED" });
  fal.queue.cancel(job);
  return json(202, { status: "CANCELLATION_REQUESTED" });
}

function result(fal: Fal, job: Job): Response {
  const { outcome } = job;
  if (!outcome) return detail(400, "Request is still in progress");
  const forget = job.marker.get("forget");
  if (forget !== undefined) {
    const age = performance.now() - (job.finishedAt ?? 0);
    if (age >= (duration(forget) ?? 0)) return json(404, { status: "NOT_FOUND" });
  }
  const body = outcome.fault ? outcome.fault.body : outcome.output;
  if (drops(fal, job.marker, "result", job.id)) {
    const text = JSON.stringify(body);
    const length = String(Buffer.byteLength(text));
    return cut(text.slice(0, text.length / 2), {
      "content-type": "application/json",
      "content-length": length,
    });
  }
  if (outcome.fault) return fail(outcome.fault);
  return json(200, body, { "X-Fal-Billable-Units": String(outcome.units) });
}

function submit(fal: Fal, call: Call): Response {
  const endpoint = call.path.slice(1);
  const key = spender(fal, call, aliasOf(endpoint));
  if (typeof key !== "string") return key;
  const model = findModel(endpoint, fal.settings);
  if (!model) return noApplication(endpoint);
  if (call.method !== "POST") return detail(405, "Method Not Allowed");
  const { seen, marker } = takeMarker(call.body ?? {});
  if (!isFields(seen)) return fail(malformed(call));

  const once = `${key} ${endpoint} ${JSON.stringify(call.body)}`;
  const refusal = refused(fal, marker, once, seen);
  if (refusal) return refusal;
  const longest = Number(call.query.get("fal_max_queue_length") ?? NaN);
  if (fal.queue.waiting(key) >= longest) return fail(plain(429, "Queue length limit exceeded"));
  if (drops(fal, marker, "submit-before", once)) return cut();

  const { headers } = call.request;
  const seconds = Number(headers.get("x-fal-request-timeout") ?? NaN);
  const webhook = call.query.get("fal_webhook") ?? "";
  const work = { model, endpoint, input: seen, marker, key, id: call.id, origin: call.origin };
  const job = fal.queue.submit(work, {
    priority: headers.get("x-fal-queue-priority") === "low" ? "low" : "normal",
    ...(seconds > 0 && { startWithin: seconds * 1000 }),
    ...(isUrl(webhook) && { webhook }),
  });
  fal.history.add({ requestId: job.id, endpoint, key, input: call.body ?? {} });
  if (drops(fal, marker, "submit-after", once)) return cut();
  return json(200, submitted(job, fal.queue, call.origin));
}

/** The answers that a marker puts in place of taking the request. */
export function refused(fal: Fal, marker: Marker, once: string, input: Fields) {
  const [code = "", count] = times(marker.get("status") ?? "");
  const status = Number(code);
  if (status >= 400 && status < 600 && fal.tally.within(`status ${once}`, count)) {
    if (status === 429) return fail(tooManyRequests());
    if (status >= 502 && status <= 504) return ingress(status);
    return fail(plain(status, `Answered ${status} because a marker asked for it`));
  }
  const error = marker.get("error");
  if (error && marker.get("at") === "submit") return fail(faultOf(error, input, marker));
  return undefined;
}

function drops(fal: Fal, marker: Marker, where: string, once: string): boolean {
  const [what, count = 1] = times(marker.get("drop") ?? "");
  return what === where && fal.tally.within(`drop ${where} ${once}`, count);
}

/** FastAPI's answer to a body that is no JSON object. */
export function malformed(call: Call) {
  const broken = typeof call.body === "string";
  const problem = broken
    ? {
        type: "json_invalid",
        loc: ["body", 0],
        msg: "JSON decode error",
        input: {},
        ctx: { error: "Expecting value" },
      }
    : {
        type: "model_attributes_type",
        loc: ["body"],
        msg: "Input should be a valid dictionary or object to extract fields from",
        input: call.body,
      };
  return {
    type: problem.type,
    status: 422,
    message: problem.msg,
    body: { detail: [problem] },
    headers: {},
  };
}
