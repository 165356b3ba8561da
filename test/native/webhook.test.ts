/** A client's webhook: out of the query, judged, and called at the address that was judged. */
import { afterAll, describe, expect, test } from "bun:test";
import { takeWebhook, withWebhook } from "../../src/native/webhook-query.ts";
import { createWebhooks } from "../../src/native/webhook.ts";

const TAKEN = [
  ["", "", undefined],
  ["?", "", undefined],
  ["?logs=1", "?logs=1", undefined],
  ["?fal_webhook=https%3A%2F%2Fa%3Fb%3D1%26c&logs=1", "?logs=1", "https://a?b=1&c"],
  ["?a=%20b+c&fal_webhook=https://a/b?c=d&e", "?a=%20b+c&e", "https://a/b?c=d"],
  ["?fal%5Fwebhook=https://a", "", "https://a"],
  ["?fal_webhook=&x=1", "?x=1", undefined],
  ["?fal_webhook=https://a&fal_webhook=https://b", "", "https://b"],
  ["?fal_webhooks=https://a", "?fal_webhooks=https://a", undefined],
] as const;
test.each(TAKEN)("%p leaves %p and %p", (given, search, webhook) => {
  expect(takeWebhook(given)).toEqual({ search, webhook });
});

test("fal's address takes its place", () => {
  expect(withWebhook("", "https://f/w")).toBe("?fal_webhook=https%3A%2F%2Ff%2Fw");
  expect(withWebhook("?a=1", "https://f/w")).toBe("?a=1&fal_webhook=https%3A%2F%2Ff%2Fw");
});

describe("judged", () => {
  const addresses: Record<string, string[]> = {
    "hooks.example": ["192.0.2.1"],
    "inside.example": ["192.0.2.1", "10.0.0.7"],
    "named.example": ["10.0.0.7"],
  };
  const resolve = async (name: string) => addresses[name] ?? [name];
  const { judge } = createWebhooks({ hosts: ["named.example", "127.0.0.1:99"], resolve });
  test.each([
    ["https://hooks.example/a?b=c", undefined],
    ["http://hooks.example:8080/", undefined],
    ["http://named.example/", undefined],
    ["http://127.0.0.1:99/x", undefined],
    ["http://named.example:81/", "must lead to a public address that can be found from here"],
    ["http://127.0.0.1:98/x", "must lead to a public address that can be found from here"],
    ["http://2130706433:80/", "must lead to a public address that can be found from here"],
    ["http://[::1]/", "must lead to a public address that can be found from here"],
    [
      "http://169.254.169.254/latest/meta-data/",
      "must lead to a public address that can be found from here",
    ],
    ["https://inside.example/", "must lead to a public address that can be found from here"],
    ["https://user@hooks.example/", "must not hold credentials"],
    ["https://user:pw@hooks.example/", "must not hold credentials"],
    ["ftp://hooks.example/", "must be an http or https URL"],
    ["file:///etc/passwd", "must be an http or https URL"],
    ["javascript:alert(1)", "must be an http or https URL"],
    ["hooks.example/a", "must be an http or https URL"],
    [`https://hooks.example/${"a".repeat(4096)}`, "must not be longer than 4096 characters"],
  ])("%s: %p", async (url, verdict) => expect(await judge(url)).toBe(verdict));

  test("a name without an address", async () => {
    const none = createWebhooks({ hosts: [], resolve: () => Promise.reject(new Error("NX")) });
    expect(await none.judge("https://nowhere.example/")).toBe(
      "must lead to a public address that can be found from here",
    );
  });
});

describe("called", () => {
  const seen: { method: string; url: string; headers: Headers; body: string }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: await request.text() });
      if (url.endsWith("/elsewhere")) return Response.redirect("http://127.0.0.1:1/secret");
      return new Response("thanks", { status: 202 });
    },
  });
  afterAll(() => server.stop(true));
  const resolve = async () => ["127.0.0.1"];

  test("at its address, under its name", async () => {
    const { call } = createWebhooks({ hosts: ["127.0.0.1"], resolve });
    const url = `http://hooks.example:${server.port}/a?b=c`;
    expect(await call(url, '{"a":1}', { "x-fal-webhook-request-id": "id" })).toBe(202);
    const { method, url: reached, headers, body } = seen.at(-1)!;
    expect({ method, reached, body }).toEqual({ method: "POST", reached: url, body: '{"a":1}' });
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("x-fal-webhook-request-id")).toBe("id");
    expect(headers.get("authorization")).toBeNull();
  });

  test("the certificate is that of the name, whatever the address", async () => {
    const calls: [string, RequestInit & { tls?: unknown }][] = [];
    const fetch = (async (url: string, init: RequestInit) => {
      calls.push([url, init]);
      return new Response();
    }) as unknown as typeof globalThis.fetch;
    const { call } = createWebhooks({ hosts: [], resolve: async () => ["2606:4700::1"], fetch });
    await call("https://hooks.example/a", "{}", {});
    expect(calls[0]![0]).toBe("https://[2606:4700::1]/a");
    expect(calls[0]![1]).toMatchObject({
      tls: { serverName: "hooks.example" },
      redirect: "manual",
      keepalive: false,
    });
  });

  test("a name that leads inside by now is not called", async () => {
    const before = seen.length;
    const { call } = createWebhooks({ hosts: [], resolve });
    const url = `http://hooks.example:${server.port}/`;
    await expect(call(url, "{}", {})).rejects.toThrow("private address");
    expect(seen).toHaveLength(before);
  });

  test("a redirect is an answer, and is not followed", async () => {
    const { call } = createWebhooks({ hosts: [`127.0.0.1:${server.port}`] });
    expect(await call(`http://127.0.0.1:${server.port}/elsewhere`, "{}", {})).toBe(302);
  });

  test("the next address, where one cannot be reached; 0 where none can", async () => {
    const url = `http://hooks.example:${server.port}/`;
    const both = async () => ["127.0.0.9", "127.0.0.1"];
    const hosts = ["127.0.0.1", "127.0.0.9"];
    expect(await createWebhooks({ hosts, resolve: both }).call(url, "{}", {})).toBe(202);
    const one = async () => ["127.0.0.9"];
    expect(await createWebhooks({ hosts, resolve: one }).call(url, "{}", {})).toBe(0);
  });

  test("no answer in time", async () => {
    const silent = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Promise<Response>(() => {}),
    });
    const hosts = [`127.0.0.1:${silent.port}`];
    const { call } = createWebhooks({ hosts, timeoutMs: 20 });
    expect(await call(silent.url.href, "{}", {})).toBe(0);
    await silent.stop(true);
  });
});
