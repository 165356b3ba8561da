/**
 * A client that does what Python's `fal_client` does (its `client.py`): addresses from FAL_RUN_HOST
 * and FAL_QUEUE_RUN_HOST, the returned URLs followed word for word with the client's own key, every
 * field read without asking whether it is there, files sent with a token.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { serverEvents } from "../../src/fal/events.ts";
import { received } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { asked, expectNoClientKey } from "../native/support.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary();
});
beforeEach(() => gateway.fal.reset());
afterEach(() => expectNoClientKey(gateway));
afterAll(() => gateway.stop());

const HEADERS = {
  authorization: `Key ${CLIENT_KEY}`,
  "user-agent": "fal-client/1.0.0 (python)",
  accept: "*/*",
};

type Fields = Record<string, unknown>;

/** As Python's `dict[...]`: a KeyError where there is none. */
function field<T>(body: Fields, name: string): T {
  if (!(name in body)) throw new Error(`KeyError: ${name}`);
  return body[name] as T;
}

async function ask(url: string, method = "GET", body?: unknown, more: Record<string, string> = {}) {
  const response = await fetch(url, {
    method,
    headers: { ...HEADERS, ...(body ? { "content-type": "application/json" } : {}), ...more },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (response.ok) return { response, json: JSON.parse(text) as Fields };
  const { detail } = JSON.parse(text) as Fields;
  throw Object.assign(new Error(String(detail)), { status: response.status, detail });
}

class Handle {
  constructor(
    readonly requestId: string,
    readonly responseUrl: string,
    readonly statusUrl: string,
    readonly cancelUrl: string,
  ) {}

  async status(logs: boolean): Promise<{ kind: string; logs?: unknown }> {
    // `httpx` writes a bool in lower case.
    const { json } = await ask(`${this.statusUrl}?logs=${logs}`);
    const status = field<string>(json, "status");
    if (status === "IN_QUEUE") {
      return { kind: `queued at ${typeof field(json, "queue_position")}` };
    }
    if (status === "IN_PROGRESS") return { kind: "in progress", logs: field(json, "logs") };
    if (status === "COMPLETED") return { kind: "completed", logs: field(json, "logs") };
    throw new Error(`ValueError: ${status}`);
  }

  async *events(logs: boolean, interval = 10) {
    for (;;) {
      const status = await this.status(logs);
      yield status;
      if (status.kind === "completed") return;
      await Bun.sleep(interval);
    }
  }

  async get(): Promise<Fields> {
    for await (const _ of this.events(false));
    return (await ask(this.responseUrl)).json;
  }

  async cancel() {
    return (await ask(this.cancelUrl, "PUT")).response.status;
  }
}

/** The hosts as they are set: each holds whatever is to stand before a path. */
describe.each([
  ["under /queue and /run", "/run", "/queue"],
  ["bare", "/run", ""],
])("%s", (_, run, queue) => {
  const runHost = () => gateway.url + run;
  const queueHost = () => gateway.url + queue;

  async function submit(application: string, input: Fields, more: Fields = {}) {
    const { hint, priority, webhook, path = "" } = more as Record<string, string | undefined>;
    const search = webhook ? `?fal_webhook=${encodeURIComponent(webhook)}` : "";
    const { json } = await ask(`${queueHost()}/${application}${path}${search}`, "POST", input, {
      ...(hint ? { "x-fal-runner-hint": hint } : {}),
      ...(priority ? { "x-fal-queue-priority": priority } : {}),
    });
    return new Handle(
      field(json, "request_id"),
      field(json, "response_url"),
      field(json, "status_url"),
      field(json, "cancel_url"),
    );
  }

  test("submit, iter_events, get", async () => {
    const input = { prompt: "a cat [sandbox queue=60ms run=60ms logs=2]" };
    const handle = await submit("fal-ai/flux/dev", input, { hint: "h", priority: "low" });
    const events = await Array.fromAsync(handle.events(true));
    expect([...new Set(events.map(({ kind }) => kind))]).toEqual([
      "queued at number",
      "in progress",
      "completed",
    ]);
    expect(events.at(-1)!.logs).toHaveLength(2);
    expect(await handle.get()).toMatchObject({ images: [{ width: 1024 }] });
    expect(received(gateway.fal)[0]!.headers).toMatchObject({
      ...{ "x-fal-runner-hint": "h", "x-fal-queue-priority": "low" },
      "user-agent": HEADERS["user-agent"],
    });
    expect(asked(gateway.fal, /GET/)).toHaveLength(2);
  });

  test("cancel", async () => {
    const handle = await submit("fal-ai/flux/dev", { prompt: "a cat [sandbox queue=1m]" });
    expect(await handle.cancel()).toBe(202);
    await expect(handle.get()).rejects.toMatchObject({ status: 499 });
    await expect(handle.cancel()).rejects.toMatchObject({ status: 400 });
  });

  test("a path of its own, and a failure with fal's details", async () => {
    const handle = await submit(
      "fal-ai/flux/dev",
      { prompt: "a cat" },
      { path: "/image-to-image" },
    );
    await expect(handle.get()).rejects.toMatchObject({
      status: 422,
      detail: [{ loc: ["body", "image_url"], type: "missing" }],
    });
  });

  test("run and stream", async () => {
    const { json } = await ask(`${runHost()}/fal-ai/flux/dev`, "POST", { prompt: "a cat" });
    expect(json).toMatchObject({ images: [{}] });
    const response = await fetch(`${runHost()}/fal-ai/flux/schnell/stream`, {
      ...{ method: "POST", headers: HEADERS, body: JSON.stringify({ prompt: "a cat" }) },
    });
    // Every event has to be JSON, the last one too.
    const events = await Array.fromAsync(serverEvents(response.body!), ({ data }) =>
      JSON.parse(data),
    );
    expect(events.at(-1)).toMatchObject({ images: [{}] });
  });

  test("a key that is nobody's", async () => {
    const { statusUrl } = await submit("fal-ai/flux/dev", { prompt: "a cat" });
    const other = { ...HEADERS, authorization: "Key sk-nobody" };
    expect((await fetch(statusUrl, { headers: other })).status).toBe(401);
  });
});

describe("uploads, REST_URL being falgate's /rest", () => {
  async function tokenOf() {
    const url = `${gateway.url}/rest/storage/auth/token?storage_type=fal-cdn-v3`;
    const { json } = await ask(url, "POST", {});
    const [type, token] = [field<string>(json, "token_type"), field<string>(json, "token")];
    expect(Date.parse(field(json, "expires_at"))).toBeGreaterThan(Date.now());
    return { authorization: `${type} ${token}`, base: field<string>(json, "base_url") };
  }

  test("a file, and one of many parts", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    const { authorization, base } = await tokenOf();
    const headers = { authorization, "content-type": "image/png", "x-fal-file-name": "a.png" };
    const whole = await fetch(`${base}/files/upload`, { method: "POST", headers, body: bytes });
    const { access_url } = (await whole.json()) as { access_url: string };
    expect(await (await fetch(access_url)).bytes()).toEqual(bytes);

    const begun = await fetch(`${base}/files/upload/multipart`, { method: "POST", headers });
    const many = (await begun.json()) as { access_url: string; uploadId: string };
    const under = `${many.access_url}/multipart/${many.uploadId}`;
    const parts: unknown[] = [];
    for (const partNumber of [1, 2]) {
      const put = await fetch(`${under}/${partNumber}`, { method: "PUT", headers, body: bytes });
      parts.push({ partNumber, etag: put.headers.get("etag") });
    }
    const done = await fetch(`${under}/complete`, {
      ...{ method: "POST", headers, body: JSON.stringify({ parts }) },
    });
    expect(done.status).toBe(200);
    expect((await (await fetch(many.access_url)).bytes()).length).toBe(100_000);
  });
});
