/** What is sent to fal again, and what never: every failure of a connection and every status. */
import { afterEach, describe, expect, test } from "bun:test";
import { FalError } from "../../src/fal/error.ts";
import { createFalKeys } from "../../src/fal/keys.ts";
import { createTransport, type Exchange } from "../../src/fal/transport.ts";
import { silent } from "../../src/log.ts";
import { createUpstream, cut, type Upstream } from "../support/upstream.ts";

let upstream: Upstream | undefined;
afterEach(async () => {
  await upstream?.stop();
  upstream = undefined;
});

/** A transport whose pauses take no time; `pauses` has how long they would have been. */
function transport(fetcher?: (url: string) => Promise<Response>) {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const keys = createFalKeys(["id:secret"]);
  const fetch = fetcher as unknown as typeof globalThis.fetch | undefined;
  const made = createTransport({ keys, log: silent, sleep, ...(fetch ? { fetch } : {}) });
  return { send: made.send, pauses };
}

const POST = (url: string): Exchange => ({ method: "POST", url, body: { prompt: "a cat" } });
const GET = (url: string): Exchange => ({ method: "GET", url });
const PUT = (url: string): Exchange => ({ method: "PUT", url });

const html = (status: number) => new Response("<center>nginx</center>", { status });
const named = (status: number, headers: Record<string, string> = {}, body: unknown = {}) =>
  Response.json(body, { status, headers: { "x-fal-request-id": "r1", ...headers } });
const typed = (status: number, error_type: string) =>
  named(status, {}, { detail: "no", error_type });

describe("answers", () => {
  const rows: [string, () => Response, { POST: number; GET: number }][] = [
    ["400", () => named(400), { POST: 1, GET: 1 }],
    ["401", () => named(401), { POST: 1, GET: 1 }],
    ["403", () => named(403), { POST: 1, GET: 1 }],
    ["404", () => named(404), { POST: 1, GET: 1 }],
    ["413", () => named(413), { POST: 1, GET: 1 }],
    ["422", () => named(422), { POST: 1, GET: 1 }],
    ["500", () => named(500), { POST: 1, GET: 1 }],
    ["500 of the ingress", () => html(500), { POST: 1, GET: 1 }],
    ["429", () => named(429), { POST: 4, GET: 4 }],
    ["429 that says no", () => named(429, { "x-fal-retryable": "false" }), { POST: 1, GET: 1 }],
    [
      "429 in fal's older word",
      () => named(429, { "x-fal-needs-retry": "1" }),
      { POST: 4, GET: 4 },
    ],
    ["502 of the ingress", () => html(502), { POST: 4, GET: 4 }],
    ["503 of the ingress", () => html(503), { POST: 4, GET: 4 }],
    ["504 of the ingress", () => html(504), { POST: 4, GET: 4 }],
    ["502 about a request", () => named(502), { POST: 1, GET: 4 }],
    ["504 about a request", () => named(504), { POST: 1, GET: 4 }],
    ["503 about a request", () => named(503), { POST: 4, GET: 4 }],
    ["503 that says no", () => named(503, { "x-fal-retryable": "false" }), { POST: 1, GET: 4 }],
    ["503 of the model", () => typed(503, "runner_disconnected"), { POST: 4, GET: 1 }],
    ["504 of the model", () => typed(504, "startup_timeout"), { POST: 1, GET: 1 }],
    ["502 of the model", () => typed(502, "runner_incomplete_response"), { POST: 1, GET: 1 }],
  ];

  test.each(rows)("%s", async (_, answer, times) => {
    for (const method of ["POST", "GET"] as const) {
      const asked = createUpstream(answer);
      const exchange = method === "POST" ? POST(asked.url) : GET(asked.url);
      const failure = await transport()
        .send(exchange)
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FalError);
      expect([method, asked.asked.length]).toEqual([method, times[method]]);
      expect((failure as FalError).ambiguous).toBe(false);
      await asked.stop();
    }
  });

  test("success at last is success", async () => {
    upstream = createUpstream((_, nth) => (nth < 4 ? html(503) : Response.json({ fine: true })));
    const { response } = await transport().send(POST(upstream.url));
    expect(await response.json()).toEqual({ fine: true });
  });

  test("the pauses double, jittered by half at most", async () => {
    upstream = createUpstream(() => html(503));
    const { send, pauses } = transport();
    await send(POST(upstream.url)).catch(() => {});
    expect(pauses.length).toBe(3);
    for (const [index, full] of [250, 500, 1000].entries()) {
      expect(pauses[index]!).toBeGreaterThanOrEqual(full / 2);
      expect(pauses[index]!).toBeLessThanOrEqual(full);
    }
  });

  test("retry-after is obeyed, up to ten seconds", async () => {
    upstream = createUpstream((_, nth) =>
      named(429, { "retry-after": nth === 1 ? "2" : nth === 2 ? "3600" : "0" }),
    );
    const { send, pauses } = transport();
    await send(POST(upstream.url)).catch(() => {});
    expect(pauses.slice(0, 2)).toEqual([2000, 10_000]);
  });

  test("a redirect is not followed: it would carry the key elsewhere", async () => {
    upstream = createUpstream(
      () => new Response(null, { status: 307, headers: { location: "/b" } }),
    );
    await transport()
      .send(GET(`${upstream.url}/a`))
      .catch(() => {});
    expect(upstream.asked).toEqual(["GET /a"]);
  });
});

describe("connections", () => {
  test("cut after a POST was sent: once, and nobody knows", async () => {
    upstream = createUpstream(() => cut());
    const failure = await transport()
      .send(POST(upstream.url))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 0, ambiguous: true });
    expect(upstream.asked.length).toBe(1);
  });

  test.each([
    ["GET", GET],
    ["PUT", PUT],
  ] as const)("cut during a %s: again", async (_, exchange) => {
    upstream = createUpstream((_, nth) => (nth < 3 ? cut() : Response.json({})));
    await transport().send(exchange(upstream.url));
    expect(upstream.asked.length).toBe(3);
  });

  test("refused: again, also a POST, and it is known not to have arrived", async () => {
    upstream = createUpstream(() => Response.json({}));
    const { url } = upstream;
    await upstream.stop();
    const { send, pauses } = transport();
    const failure = await send(POST(url)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 0, ambiguous: false });
    expect(pauses.length).toBe(3);
  });

  test("refused, and there again at the third attempt", async () => {
    upstream = createUpstream(() => Response.json({}));
    const { url } = upstream;
    let attempts = 0;
    const { send } = transport(async (target) => {
      attempts += 1;
      if (attempts < 3) throw Object.assign(new Error("no"), { code: "ConnectionRefused" });
      return fetch(target);
    });
    await send(POST(url));
    expect(upstream.asked.length).toBe(1);
  });
});

describe("the backup host", () => {
  const QUEUE = "https://queue.fal.run/fal-ai/flux";
  const failing = (code: string) => Object.assign(new Error(code), { code });

  async function asked(exchange: Exchange, failure: (url: string) => Error | undefined) {
    const urls: string[] = [];
    const { send } = transport(async (url) => {
      urls.push(url);
      const error = failure(url);
      if (error) throw error;
      return Response.json({});
    });
    await send(exchange).catch(() => {});
    return urls;
  }

  test.each(["ConnectionRefused", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"])(
    "takes a POST after %s",
    async (code) => {
      const urls = await asked(POST(QUEUE), (url) =>
        url.startsWith("https://queue.fal.run") ? failing(code) : undefined,
      );
      expect(urls).toEqual([QUEUE, "https://queue.falrun.com/fal-ai/flux"]);
    },
  );

  test.each(["ECONNRESET", "ETIMEDOUT", "ConnectionClosed"])(
    "never takes a POST after %s, which may have arrived",
    async (code) => {
      expect(await asked(POST(QUEUE), () => failing(code))).toEqual([QUEUE]);
    },
  );

  test("is asked each time that the main host is", async () => {
    const urls = await asked(GET(`${QUEUE}/requests/1`), () => failing("ENOTFOUND"));
    expect(urls.length).toBe(8);
  });

  test("is none for a host that has none", async () => {
    const urls = await asked(POST("http://127.0.0.1:1/queue/x"), () =>
      failing("ConnectionRefused"),
    );
    expect(new Set(urls).size).toBe(1);
  });

  test("is not taken for a host that only begins alike", async () => {
    const urls = await asked(POST("https://queue.fal.run.evil.com/x"), () => failing("ENOTFOUND"));
    expect(new Set(urls).size).toBe(1);
  });
});

test("what is sent: the key as fal wants it, JSON, and no more", async () => {
  let received: [Record<string, string>, string] | undefined;
  upstream = createUpstream(async (request) => {
    received = [Object.fromEntries(request.headers), await request.text()];
    return Response.json({});
  });
  await transport().send(POST(upstream.url));
  const [headers, body] = received!;
  expect(body).toBe('{"prompt":"a cat"}');
  expect(headers).toMatchObject({
    authorization: "Key id:secret",
    accept: "application/json",
    "content-type": "application/json",
  });
});

test("who stops waiting is not kept by attempts and pauses", async () => {
  upstream = createUpstream(() => html(503));
  const stop = new AbortController();
  stop.abort();
  const failure = await transport()
    .send({ ...GET(upstream.url), signal: stop.signal })
    .catch((error: unknown) => error);
  expect((failure as Error).name).toBe("AbortError");
  expect(upstream.asked.length).toBeLessThanOrEqual(1);
});
