/** Webhooks at the wire: the client names one, fal calls falgate or is watched, the client is called. */
import { afterEach, describe, expect, test } from "bun:test";
import { createHash, createPublicKey, verify } from "node:crypto";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clients.ts";
import {
  asBinary,
  assembled,
  CLIENT_KEY,
  type Gateway,
  type Options,
  type Start,
} from "../support/gateway.ts";
import { FAL_KEY, received } from "../support/fal.ts";
import { closeDatabases, requestsAlone } from "../support/state.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await closeDatabases();
});

interface Call {
  path: string;
  headers: Headers;
  text: string;
  body: { request_id: string; status: string; payload: Record<string, unknown>; error?: string };
}

/** A client's server. */
function listen(answers: number[] = []) {
  const calls: Call[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const text = await request.text();
      const { pathname: path } = new URL(request.url);
      calls.push({ path, headers: request.headers, text, body: JSON.parse(text) as Call["body"] });
      return new Response(null, { status: answers.shift() ?? 200 });
    },
  });
  closing.push(() => server.stop(true));
  return { calls, url: `http://127.0.0.1:${server.port}/done`, host: `127.0.0.1:${server.port}` };
}

/** What stands in front of falgate on the internet. */
function front() {
  const behind = { url: "" };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch({ url, method, headers, body }) {
      const { pathname, search } = new URL(url);
      const init = { method, headers, body, redirect: "manual" } as RequestInit;
      const { status, body: answer } = await fetch(behind.url + pathname + search, init);
      return new Response(answer, { status });
    },
  });
  closing.push(() => server.stop(true));
  return { behind, url: `http://127.0.0.1:${server.port}/` };
}

const emulated = (): Sandbox =>
  createSandbox({ port: 0, queueTime: 20, runTime: 0, webhookRetry: 5 });

async function open<T extends Gateway>(
  start: (options: Options) => Promise<T>,
  options: Options,
): Promise<T> {
  const gateway = await start({ fal: emulated(), ...options });
  closing.push(() => gateway.stop());
  return gateway;
}

async function submit(gateway: Gateway, webhook: string, prompt = "a cat", more = "") {
  const query = `?fal_webhook=${encodeURIComponent(webhook)}${more}`;
  const response = await gateway.fetch(`/fal-ai/flux/dev${query}`, {
    method: "POST",
    headers: { authorization: `Key ${CLIENT_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** Verified as fal's documentation tells its users to. */
async function isGenuine(gateway: Gateway, { headers, text }: Call, path: string) {
  const read = (name: string) => headers.get(`x-fal-webhook-${name}`)!;
  const digest = createHash("sha256").update(text).digest("hex");
  const message = [read("request-id"), read("user-id"), read("timestamp"), digest].join("\n");
  const { keys } = (await (await gateway.fetch(path)).json()) as { keys: { x: string }[] };
  const signature = Buffer.from(read("signature"), "hex");
  return keys.some((jwk) => {
    const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
    return verify(null, Buffer.from(message), key, signature);
  });
}

const asked = ({ requests }: Sandbox) =>
  requests.filter(({ host }) => host === "queue").map(({ method, path }) => `${method} ${path}`);

const PLACES = [
  ["over a socket", assembled],
  ["as the binary", asBinary],
] as readonly (readonly [string, Start])[];

describe.each(PLACES)("without an address of its own, %s", (_, start) => {
  test("falgate watches the request, and calls the client itself", async () => {
    const client = listen();
    const gateway = await open(start, { env: { WEBHOOK_HOSTS: client.host } });
    const { status, body } = await submit(gateway, client.url, "a cat", "&fal_max_queue_length=9");
    expect(status).toBe(200);
    await until(() => client.calls.length > 0);

    const [call] = client.calls;
    expect(call!.path).toBe("/done");
    expect(call!.body).toMatchObject({
      ...{ request_id: body.request_id, gateway_request_id: body.request_id, status: "OK" },
      payload: { prompt: "a cat" },
    });
    expect(await isGenuine(gateway, call!, "/.well-known/jwks.json")).toBe(true);
    expect(await isGenuine(gateway, call!, "/rest/.well-known/jwks.json")).toBe(true);
    expect(call!.headers.get("authorization")).toBeNull();

    const [submitted] = received(gateway.fal);
    expect(submitted!.query).toEqual({ fal_max_queue_length: "9" });
    expect(JSON.stringify(gateway.fal.requests)).not.toContain(client.host);
    for (const secret of [CLIENT_KEY, FAL_KEY]) {
      expect(JSON.stringify([...client.calls, call!.text, gateway.log()])).not.toContain(secret);
    }
  });

  test("a model's failure is told as fal tells it", async () => {
    const client = listen();
    const gateway = await open(start, { env: { WEBHOOK_HOSTS: client.host } });
    await submit(gateway, client.url, "[sandbox error=content_policy_violation]");
    await until(() => client.calls.length > 0);
    expect(client.calls[0]!.body).toMatchObject({
      ...{ status: "ERROR", error: "Invalid status code: 422" },
      payload: { detail: [{ type: "content_policy_violation" }] },
    });
  });

  test.each([
    ["http://127.0.0.1:1/", "must lead to a public address that can be found from here"],
    ["http://localhost/", "must lead to a public address that can be found from here"],
    ["http://169.254.169.254/latest", "must lead to a public address that can be found from here"],
    ["https://user:pw@127.0.0.1/", "must not hold credentials"],
    ["gopher://127.0.0.1/", "must be an http or https URL"],
    ["nonsense", "must be an http or https URL"],
  ])("%s is refused before fal is asked", async (webhook, msg) => {
    const gateway = await open(start, {});
    const { status, body } = await submit(gateway, webhook);
    expect(status).toBe(422);
    expect(body as unknown).toEqual({
      detail: [{ loc: ["query", "fal_webhook"], msg, type: "value_error" }],
      message: `fal_webhook ${msg}`,
    });
    expect(received(gateway.fal)).toEqual([]);
  });
});

describe.each(PLACES)("with an address of its own, %s", (_, start) => {
  test("fal calls falgate, which fetches, keeps and tells the client", async () => {
    const client = listen();
    const { behind, url } = front();
    const env = { WEBHOOK_HOSTS: client.host, PUBLIC_URL: url };
    const gateway = await open(start, { env });
    behind.url = gateway.url;
    const { body } = await submit(gateway, client.url);
    await until(() => client.calls.length > 0);
    expect(client.calls[0]!.body).toMatchObject({
      ...{ request_id: body.request_id, status: "OK", payload: { prompt: "a cat" } },
    });
    expect(received(gateway.fal)[0]!.query).toEqual({ fal_webhook: `${url}webhooks/fal` });
    // It was not watched: nothing was asked between the submission and fal's call.
    const id = body.request_id!;
    expect(asked(gateway.fal)).toEqual([
      "POST /fal-ai/flux/dev",
      `GET /fal-ai/flux/requests/${id}/status/stream`,
      `GET /fal-ai/flux/requests/${id}`,
    ]);
    gateway.fal.reset();
    const result = await gateway.fetch(`/fal-ai/flux/requests/${id}`, {
      headers: { authorization: `Key ${CLIENT_KEY}` },
    });
    expect(await result.json()).toMatchObject({ prompt: "a cat" });
    expect(received(gateway.fal)).toEqual([]);
  });
});

describe("a call that is not fal's", () => {
  /** A request that runs for as long as nobody ends it, and a call about it that fal has signed. */
  async function waiting() {
    const client = listen();
    const { behind, url } = front();
    const calls: { headers: Headers; body: string }[] = [];
    const spy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        calls.push({ headers: request.headers, body: await request.text() });
        return new Response();
      },
    });
    closing.push(() => spy.stop(true));
    const fal = emulated();
    const gateway = await open(assembled, {
      fal,
      env: { WEBHOOK_HOSTS: client.host, PUBLIC_URL: url },
    });
    behind.url = gateway.url;
    fal.update({ runTime: 3_600_000 });
    const { body } = await submit(gateway, client.url);
    // The same fal signs for another user of it, whom falgate does not know.
    fal.update({ runTime: 0 });
    await fetch(`${fal.queueUrl}/fal-ai/flux/dev?fal_webhook=${encodeURIComponent(spy.url.href)}`, {
      method: "POST",
      headers: { authorization: "Key other:secret" },
      body: '{"prompt":"a dog"}',
    });
    await until(() => calls.length > 0);
    const before = received(fal).length;
    return { gateway, client, fal, id: body.request_id!, foreign: calls[0]!, before };
  }

  async function post(gateway: Gateway, headers: Headers | Record<string, string>, body: string) {
    const response = await gateway.fetch("/webhooks/fal", { method: "POST", headers, body });
    return response.status;
  }

  test("changes nothing, whatever it claims", async () => {
    const { gateway, client, fal, id, foreign, before } = await waiting();
    const claims = `{"request_id":"${id}","status":"OK","payload":{"stolen":true}}`;
    const now = String(Math.floor(Date.now() / 1000));
    const signed = (changes: Record<string, string>) => {
      const headers = new Headers(foreign.headers);
      headers.delete("content-length");
      for (const [name, value] of Object.entries(changes))
        headers.set(`x-fal-webhook-${name}`, value);
      return headers;
    };
    expect(await post(gateway, {}, claims)).toBe(401);
    // Genuine, but of a request that was not submitted here.
    expect(await post(gateway, signed({}), foreign.body)).toBe(404);
    expect(await post(gateway, signed({ "request-id": id }), foreign.body)).toBe(401);
    expect(await post(gateway, signed({ "request-id": id }), claims)).toBe(401);
    expect(
      await post(gateway, signed({ "request-id": id, signature: "00".repeat(64) }), claims),
    ).toBe(401);
    for (const timestamp of [String(Number(now) - 301), String(Number(now) + 302), "0", "x"]) {
      expect(await post(gateway, signed({ "request-id": id, timestamp }), claims)).toBe(401);
    }
    const known = received(fal)
      .slice(before)
      .map(({ path }) => path);
    expect(new Set(known)).toEqual(new Set(["/.well-known/jwks.json"]));
    expect(known).toHaveLength(1);
    expect(client.calls).toEqual([]);
    const status = await gateway.fetch(`/fal-ai/flux/requests/${id}/status`, {
      headers: { authorization: `Key ${CLIENT_KEY}` },
    });
    expect(await status.json()).toMatchObject({ status: expect.stringMatching(/^IN_/) as unknown });
  });

  test("other methods, and other paths", async () => {
    const gateway = await open(assembled, {});
    expect((await gateway.fetch("/webhooks/fal")).status).toBe(405);
    expect((await gateway.fetch("/webhooks/other", { method: "POST" })).status).toBe(401);
  });
});

test("fal's call comes again and again, the client's once", async () => {
  const client = listen();
  const { behind, url } = front();
  const fal = emulated();
  const gateway = await open(assembled, {
    fal,
    env: { WEBHOOK_HOSTS: client.host, PUBLIC_URL: url },
  });
  const kept: { headers: Headers; body: string }[] = [];
  const spy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      kept.push({ headers: new Headers(request.headers), body: await request.text() });
      const { headers, body } = kept.at(-1)!;
      headers.delete("content-length");
      return fetch(`${gateway.url}/webhooks/fal`, { method: "POST", headers, body });
    },
  });
  closing.push(() => spy.stop(true));
  behind.url = spy.url.href.slice(0, -1);
  await submit(gateway, client.url);
  await until(() => client.calls.length > 0);
  const { headers, body } = kept.at(-1)!;
  const again = () => gateway.fetch("/webhooks/fal", { method: "POST", headers, body });
  for (const response of await Promise.all([again(), again(), again()])) {
    expect(response.status).toBe(200);
  }
  await until(() => gateway.parts.deliveries.active() === 0);
  expect(client.calls).toHaveLength(1);
});

test("a webhook that fails is called again, also by the next process", async () => {
  const client = listen([500, 503]);
  const requests = requestsAlone();
  const fal = emulated();
  const env = { WEBHOOK_HOSTS: client.host };
  const first = await assembled({ fal, env, shared: { requests, schedule: [0, 1, 3_600_000] } });
  const { body } = await submit(first, client.url);
  await until(() => client.calls.length === 2);
  await first.parts.stop();
  expect(await requests.undelivered(9)).toMatchObject([{ requestId: body.request_id! }]);

  const second = await open(assembled, { fal, env, shared: { requests } });
  second.parts.start();
  await until(() => client.calls.length === 3);
  await until(async () => (await requests.undelivered(9)).length === 0);
  expect(new Set(client.calls.map(({ text }) => text)).size).toBe(1);
});

test("a request whose process ended before it did is watched by the next one", async () => {
  const client = listen();
  const requests = requestsAlone();
  const fal = emulated();
  await requests.remember({
    ...{ requestId: "unknown-to-fal", owner: "key-x", endpoint: "fal-ai/flux/dev" },
    ...{ app: "fal-ai/flux", falKey: "another", createdAt: Date.now() },
  });
  fal.update({ runTime: 3_600_000 });
  const env = { WEBHOOK_HOSTS: client.host };
  const first = await assembled({ fal, env, shared: { requests } });
  await submit(first, client.url);
  await first.parts.stop();
  const second = await open(assembled, { fal, env, shared: { requests } });
  second.parts.start();
  await until(() => second.parts.following() === 1);
  const [, pending] = await requests.pending(Date.now() + 1, 9);
  await fetch(`${fal.queueUrl}/fal-ai/flux/requests/${pending!.requestId}/cancel`, {
    method: "PUT",
    headers: { authorization: `Key ${FAL_KEY}` },
  });
  await until(() => client.calls.length > 0);
  expect(client.calls[0]!.body).toMatchObject({ status: "ERROR" });
});
