/** Where the links in an answer point: at falgate as the client sees it, and nobody else can say where that is. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { serverEvents } from "../../src/fal/events.ts";
import { asBinary, assembled, type Gateway, type Start } from "../support/gateway.ts";
import { call, submit, type Submitted } from "../native/support.ts";

const FORWARDED = {
  "x-forwarded-proto": "https",
  "x-forwarded-host": "fal.example.com",
  "x-forwarded-prefix": "/gateway",
};

/** The base of the links under which headers; `own`: the address that was called. */
const CASES: readonly (readonly [
  name: string,
  env: Record<string, string>,
  headers: Record<string, string>,
  base: (own: string) => string,
])[] = [
  ["nothing is said", {}, {}, (own) => own],
  ["a trusted proxy says it", {}, FORWARDED, () => "https://fal.example.com/gateway"],
  [
    "a chain of proxies says it: the first counts",
    {},
    { "x-forwarded-proto": "https, http", "x-forwarded-host": "fal.example.com, inner:3001" },
    () => "https://fal.example.com",
  ],
  ["somebody else says it", { TRUSTED_PROXIES: "10.0.0.0/8" }, FORWARDED, (own) => own],
  [
    "a network is trusted",
    { TRUSTED_PROXIES: "127.0.0.0/8" },
    FORWARDED,
    () => "https://fal.example.com/gateway",
  ],
  [
    "what it says is no host",
    {},
    { "x-forwarded-host": "evil.example/path?x=", "x-forwarded-proto": "javascript" },
    (own) => own,
  ],
  [
    "the owner has said it once and for all",
    { PUBLIC_URL: "https://public.example/fal/" },
    FORWARDED,
    () => "https://public.example/fal",
  ],
];

describe.each([
  ["over a socket", assembled],
  ["as the binary", asBinary],
] as readonly (readonly [string, Start])[])("%s", (place, start) => {
  test.each(CASES)("%s", async (_, env, headers, baseOf) => {
    const gateway = await start({
      env,
      ...(place === "as the binary" ? {} : { shared: { addressOf: () => "127.0.0.1" } }),
    });
    for (const prefix of ["", "/queue"]) {
      const base = `${baseOf(gateway.url)}${prefix}/fal-ai/flux/requests`;
      const path = `${prefix}/fal-ai/flux/dev`;
      const submitted = await call(gateway, { path, headers, body: { prompt: "a cat" } });
      const told = (await submitted.json()) as Submitted;
      const id = told.request_id;
      const links = {
        status_url: `${base}/${id}/status`,
        response_url: `${base}/${id}`,
        cancel_url: `${base}/${id}/cancel`,
      };
      expect(told).toMatchObject(links);
      const under = `${prefix}/fal-ai/flux/requests/${id}/status`;
      const stream = await call(gateway, { path: `${under}/stream`, headers });
      const events = await Array.fromAsync(serverEvents(stream.body!), ({ data }) =>
        JSON.parse(data),
      );
      const status = (await (await call(gateway, { path: under, headers })).json()) as Submitted;
      for (const body of [...events, status]) {
        expect(body.response_url).toBe(links.response_url);
        for (const url of [body.status_url, body.cancel_url].filter(Boolean)) {
          expect(Object.values(links)).toContain(url);
        }
      }
    }
    await gateway.stop();
  });
});

describe("links as fal's documentation shows them", () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await assembled();
  });
  afterAll(() => gateway.stop());

  test("with the full id and /response: none slips through, and each can be followed", async () => {
    const told = await submit(gateway, "a cat [sandbox urls=full]");
    for (const url of [told.status_url, told.response_url, told.cancel_url]) {
      expect(url).toStartWith(`${gateway.url}/fal-ai/flux/requests/${told.request_id}`);
    }
    const follow = (url: string, method = "GET") =>
      call(gateway, { path: url.replace(gateway.url, ""), method });
    const stream = await follow(`${told.status_url}/stream`);
    expect([stream.status, await stream.text()]).toEqual([
      200,
      expect.stringContaining("COMPLETED"),
    ]);
    expect((await follow(told.response_url)).status).toBe(200);
    expect((await follow(told.status_url)).status).toBe(200);
    expect((await follow(told.cancel_url, "PUT")).status).toBe(400);
  });
});
