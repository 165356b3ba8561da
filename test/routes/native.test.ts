/** fal's own API under falgate's address: each operation, by each way that leads to it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { received } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES, type Start } from "../support/gateway.ts";
import { serverEvents } from "../../src/fal/events.ts";
import {
  asked,
  call,
  type Call,
  completed,
  expectNoClientKey,
  natively,
  type NativeScenario,
  submit,
} from "../native/support.ts";

const UUID = /^[0-9a-f-]{36}$/;

/** A path of fal's, asked for in one of the ways. */
type Way = (host: "queue" | "run", path: string) => Call;

const proxied: Way = (host, path) => ({
  path: "/api/fal/proxy",
  headers: {
    "x-fal-target-url": `https://${host === "queue" ? "queue.fal.run" : "fal.run"}${path}`,
  },
});

const WAYS: readonly (readonly [name: string, prefix: string, way: Way])[] = [
  ["by its bare path", "", (host, path) => ({ path: host === "queue" ? path : `/run${path}` })],
  ["under /queue", "/queue", (host, path) => ({ path: `/${host}${path}` })],
  ["by the proxy", "", proxied],
];

describe.each(PLACES)("fal's operations, %s", (_, start: Start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => {
    expectNoClientKey(gateway);
    return gateway.stop();
  });

  const ask = async (send: Call) => {
    const response = await call(gateway, send);
    return { response, body: (await response.json()) as Record<string, unknown> };
  };

  describe.each(WAYS)("%s", (_, prefix, way) => {
    const put = (path: string): Call => ({ ...way("queue", path), method: "PUT" });

    test("submit, status, result", async () => {
      const { response, body } = await ask({
        ...way("queue", "/fal-ai/flux/dev"),
        body: { prompt: "a cat" },
      });
      const base = `${gateway.url}${prefix}/fal-ai/flux/requests/${body.request_id}`;
      expect(response.status).toBe(200);
      expect(body).toEqual({
        status: "IN_QUEUE",
        request_id: expect.stringMatching(UUID),
        response_url: base,
        status_url: `${base}/status`,
        cancel_url: `${base}/cancel`,
        queue_position: 0,
      });

      const path = `/fal-ai/flux/requests/${body.request_id}`;
      await completed(gateway, String(body.request_id));
      const status = await ask(way("queue", `${path}/status?logs=1`));
      expect(status.response.status).toBe(200);
      expect(status.response.headers.get("x-fal-request-id")).toBe(String(body.request_id));
      expect(status.body).toEqual({
        status: "COMPLETED",
        request_id: body.request_id,
        response_url: base,
        status_url: `${base}/status`,
        cancel_url: `${base}/cancel`,
        logs: expect.any(Array),
        metrics: { inference_time: expect.any(Number) },
      });

      for (const ending of ["", "/response", "/"]) {
        const result = await ask(way("queue", path + ending));
        expect(result.response.status).toBe(200);
        expect(result.body).toMatchObject({ prompt: "a cat", images: [{ width: 1024 }] });
        expect(result.response.headers.get("x-fal-billable-units")).toBe("1");
        expect(result.response.headers.get("x-fal-request-id")).toBe(String(body.request_id));
      }
    });

    test("cancel, once and again", async () => {
      const { request_id: id } = await submit(gateway, "a cat [sandbox queue=1m]");
      const path = `/fal-ai/flux/requests/${id}`;
      const first = await ask(put(`${path}/cancel`));
      expect([first.response.status, first.body]).toEqual([
        202,
        { status: "CANCELLATION_REQUESTED" },
      ]);
      const status = await completed(gateway, id);
      expect(status).toMatchObject({ error_type: "client_cancelled" });
      const again = await ask(put(`${path}/cancel`));
      expect([again.response.status, again.body]).toEqual([
        400,
        { status: "ALREADY_COMPLETED", message: "already completed" },
      ]);
      const result = await ask(way("queue", path));
      expect(result.response.status).toBe(499);
    });

    test("a result that is not there yet", async () => {
      const { request_id: id } = await submit(gateway, "a cat [sandbox run=1m]");
      const { response, body } = await ask(way("queue", `/fal-ai/flux/requests/${id}`));
      const detail = "Request is still in progress";
      expect([response.status, body]).toEqual([400, { detail, message: detail }]);
      await ask(put(`/fal-ai/flux/requests/${id}/cancel`));
    });

    test("status/stream, with logs and without", async () => {
      for (const logs of [true, false]) {
        const { request_id: id } = await submit(
          gateway,
          "a cat [sandbox queue=20ms run=60ms logs=3]",
        );
        const path = `/fal-ai/flux/requests/${id}/status/stream?logs=${logs}`;
        const response = await call(gateway, way("queue", path));
        expect(response.headers.get("content-type")).toStartWith("text/event-stream");
        expect(response.headers.get("x-fal-request-id")).toBe(id);
        const events = await Array.fromAsync(serverEvents(response.body!), ({ data }) =>
          JSON.parse(data),
        );
        const states = events.map(({ status }) => status);
        expect([...new Set(states)]).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
        const base = `${gateway.url}${prefix}/fal-ai/flux/requests/${id}`;
        for (const event of events) {
          expect(event).toMatchObject({ status_url: `${base}/status`, response_url: base });
          if (event.status === "IN_QUEUE") expect(event.queue_position).toBeNumber();
          else if (!logs) expect(event.logs).toBeNull();
        }
        // Each line once: in a stream, clients add them up.
        const lines = events.flatMap((event) => event.logs ?? []);
        expect(lines).toHaveLength(logs ? 3 : 0);
        expect(new Set(lines.map(({ message }) => message)).size).toBe(lines.length);
      }
    });

    test("run", async () => {
      const run = await ask({ ...way("run", "/fal-ai/flux/dev"), body: { prompt: "a dog" } });
      expect(run.response.status).toBe(200);
      expect(run.body).toMatchObject({ prompt: "a dog" });
      expect(run.response.headers.get("x-fal-request-id")).toMatch(UUID);
      expect(run.response.headers.get("x-fal-billable-units")).toBe("1");
    });

    test("stream", async () => {
      const asking = { ...way("run", "/fal-ai/flux/dev/stream"), body: { prompt: "a fox" } };
      const response = await call(gateway, asking);
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(response.headers.get("x-accel-buffering")).toBe("no");
      const events = await Array.fromAsync(serverEvents(response.body!));
      expect(events.every(({ event }) => event === "event")).toBe(true);
      expect(JSON.parse(events.at(-1)!.data)).toMatchObject({ prompt: "a fox" });
    });
  });

  test.each([
    ["logs=1", true],
    ["logs=true", true],
    ["logs=True", true],
    ["logs=yes", true],
    ["x=1&logs=on", true],
    ["logs=0", false],
    ["logs=false", false],
    ["logs=False", false],
    ["nologs=1", false],
    ["logs=10", false],
    ["", false],
  ])("logs are asked for in many spellings: %s", async (query, wanted) => {
    const { request_id: id } = await submit(gateway);
    await completed(gateway, id);
    const { body } = await ask({ path: `/fal-ai/flux/requests/${id}/status?${query}` });
    expect(body.logs).toEqual(wanted ? expect.arrayContaining([expect.any(Object)]) : null);
  });

  test("a request waits, runs and completes: 202, 202, 200", async () => {
    const { request_id: id } = await submit(gateway, "a [sandbox queue=60ms run=60ms position=2]");
    const seen = new Map<string, { status: number; body: Record<string, unknown> }>();
    while (!seen.has("COMPLETED")) {
      const { response, body } = await ask({ path: `/fal-ai/flux/requests/${id}/status` });
      seen.set(String(body.status), { status: response.status, body });
      await Bun.sleep(5);
    }
    expect([...seen].map(([name, { status }]) => [name, status])).toEqual([
      ["IN_QUEUE", 202],
      ["IN_PROGRESS", 202],
      ["COMPLETED", 200],
    ]);
    expect(seen.get("IN_QUEUE")!.body).toMatchObject({ queue_position: expect.any(Number) });
    expect(seen.get("IN_QUEUE")!.body).not.toHaveProperty("logs");
    expect(seen.get("IN_PROGRESS")!.body).toMatchObject({ logs: null });
  });

  test.each([
    ["fal-ai/flux-1/dev", "fal-ai/flux-1"],
    ["fal-ai/flux/dev/image-to-image", "fal-ai/flux"],
    ["workflows/somebody/flow", "workflows/somebody/flow"],
    ["comfy/somebody/graph", "comfy/somebody/graph"],
  ])("%s is asked about by its application and by its full id", async (id, app) => {
    gateway.fal.update({
      apps: { "workflows/somebody/flow": "other", "comfy/somebody/graph": "other" },
    });
    const path = `/${id}`;
    const input = { prompt: "a", image_url: "data:image/png;base64,iVBORw0KGgo=" };
    const { body } = await ask({ path, body: input });
    const link = `${gateway.url}/${app}/requests/${body.request_id}`;
    expect(body).toMatchObject({ response_url: link, status_url: `${link}/status` });
    await completed(gateway, String(body.request_id), app);
    for (const named of [app, id]) {
      const under = `/${named}/requests/${body.request_id}`;
      const status = await ask({ path: `${under}/status` });
      expect(status.body).toMatchObject({ status: "COMPLETED", response_url: link });
      expect([200, 422]).toContain((await call(gateway, { path: under })).status);
    }
    // fal itself has been asked by the application alone.
    const streams = asked(gateway.fal, /status\/stream/).map((one) => one.path);
    expect(streams.at(-1)).toBe(`/queue/${app}/requests/ID/status/stream?logs=1`);
  });

  test("an alias falls back where fal has retired its first endpoint", async () => {
    gateway.fal.reset();
    const { body } = await ask({ path: "/flux-dev", body: { prompt: "a" } });
    const [first] = received(gateway.fal);
    gateway.fal.update({ retired: [first!.path.slice(1)] });
    gateway.fal.reset();
    const later = await ask({ path: "/flux-dev/", body: { prompt: "a" } });
    gateway.fal.update({ retired: [] });
    expect(body.request_id).toBeString();
    expect(later.response.status).toBe(200);
    const [again, other] = received(gateway.fal);
    expect(again!.path).toBe(first!.path);
    expect(other!.path).not.toBe(first!.path);
    const status = await completed(gateway, String(later.body.request_id), "flux-dev");
    expect(status.status).toBe("COMPLETED");
  });
});

const KEY = { authorization: `Key ${CLIENT_KEY}` };
const INPUT = { prompt: "a cat" };
const flux = (path: string) => [{ method: "POST", path, body: INPUT }];

const TABLE: readonly NativeScenario[] = [
  {
    name: "fal_max_queue_length and whatever else is in the query reach fal as they came",
    send: {
      path: "/fal-ai/flux/dev?fal_max_queue_length=7&tag=a%26b&tag2=%C3%A9",
      body: INPUT,
    },
    fal: flux("/queue/fal-ai/flux/dev?fal_max_queue_length=7&tag=a%26b&tag2=%C3%A9"),
    expect: { status: 200 },
  },
  {
    name: "a queue that is too long",
    send: { path: "/queue/fal-ai/flux/dev?fal_max_queue_length=0", body: INPUT },
    fal: flux("/queue/fal-ai/flux/dev?fal_max_queue_length=0"),
    expect: {
      status: 429,
      text: /"detail":"Queue length limit exceeded".*"message":"Queue length limit exceeded"\}$/,
    },
  },
  {
    name: "every x-fal header goes along, nothing of the connection, the proxy or the key does",
    send: {
      path: "/fal-ai/flux/dev",
      headers: {
        ...KEY,
        "x-fal-queue-priority": "low",
        "x-fal-runner-hint": "hint-1",
        "x-fal-request-timeout": "30",
        "x-fal-no-retry": "1",
        "x-fal-store-io": "0",
        "x-fal-object-lifecycle-preference": '{"expiration_duration_seconds":60}',
        "x-app-fal-disable-fallback": "true",
        "x-fal-target-url": "https://evil.example",
        "x-api-key": CLIENT_KEY,
        cookie: `key=${CLIENT_KEY}`,
        "x-forwarded-for": "10.0.0.1",
        "user-agent": "a-client/1",
      },
      body: INPUT,
    },
    fal: flux("/queue/fal-ai/flux/dev"),
    falHeaders: {
      "x-fal-queue-priority": "low",
      "x-fal-runner-hint": "hint-1",
      "x-fal-request-timeout": "30",
      "x-fal-no-retry": "1",
      "x-fal-store-io": "0",
      "x-fal-object-lifecycle-preference": '{"expiration_duration_seconds":60}',
      "x-app-fal-disable-fallback": "true",
      "x-fal-target-url": null,
      "x-api-key": null,
      cookie: null,
      "x-forwarded-for": null,
      "user-agent": "a-client/1",
    },
    expect: { status: 200, headers: { "x-fal-request-id": UUID } },
  },
  {
    name: "fal's validation, word for word, and a message",
    send: { path: "/run/fal-ai/flux/dev", body: {} },
    fal: [{ method: "POST", path: "/run/fal-ai/flux/dev", body: {} }],
    expect: {
      status: 422,
      body: {
        detail: [
          {
            loc: ["body", "prompt"],
            msg: "Field required",
            type: "missing",
            input: {},
          },
        ],
        message: "body.prompt: Field required",
      },
      headers: { "x-fal-billable-units": "0", "x-fal-retryable": "false" },
    },
  },
  {
    name: "a failure of fal's infrastructure keeps its headers",
    send: {
      path: "/run/fal-ai/flux/dev",
      body: { prompt: "[sandbox error=runner_server_error]" },
    },
    fal: [
      {
        method: "POST",
        path: "/run/fal-ai/flux/dev",
        body: { prompt: "[sandbox error=runner_server_error]" },
      },
    ],
    expect: {
      status: 500,
      text: /"error_type":"runner_server_error"/,
      headers: { "x-fal-error-type": "runner_server_error", "x-fal-retryable": "true" },
    },
  },
  {
    name: "an application that fal does not have",
    send: { path: "/somebody/nothing", body: INPUT },
    fal: flux("/queue/somebody/nothing"),
    expect: {
      status: 404,
      body: {
        detail: 'Application "nothing" not found',
        message: 'Application "nothing" not found',
      },
    },
  },
  {
    name: "an input without a body is the model's to judge",
    send: { path: "/fal-ai/flux/dev", method: "POST" },
    fal: [{ method: "POST", path: "/queue/fal-ai/flux/dev" }],
    expect: { status: 200 },
  },
  {
    name: "a GET of an application under /run, as the JavaScript client may ask",
    send: { path: "/run/fal-ai/flux/dev?prompt=a", method: "GET" },
    fal: [{ method: "GET", path: "/run/fal-ai/flux/dev?prompt=a" }],
    expect: { status: 405, text: /Method Not Allowed/ },
  },
  {
    name: "an alias as a path",
    send: { path: "/flux-dev", body: INPUT },
    fal: flux("/queue/fal-ai/flux/dev"),
    expect: { status: 200, text: /\/fal-ai\/flux\/requests\// },
  },
  {
    name: "an alias with blanks, percent-encoded",
    send: { path: "/run/Flux%201.1%20Pro%20Ultra", body: INPUT },
    fal: flux("/run/fal-ai/flux-pro/v1.1-ultra"),
    expect: { status: 200 },
  },
  {
    name: "a stream of an alias",
    send: { path: "/flux-dev/stream", body: INPUT },
    fal: flux("/run/fal-ai/flux/dev/stream"),
    expect: { status: 200, headers: { "content-type": "text/event-stream" } },
  },
  {
    name: "under /queue, a path that ends in stream is submitted like any other",
    send: { path: "/queue/fal-ai/flux/dev/stream", body: INPUT },
    fal: flux("/queue/fal-ai/flux/dev/stream"),
    expect: { status: 200 },
  },
  {
    name: "several hundred KB of input",
    send: { path: "/fal-ai/flux/dev", body: { prompt: "a", image: "x".repeat(200_000) } },
    fal: [
      {
        method: "POST",
        path: "/queue/fal-ai/flux/dev",
        body: { prompt: "a", image: "x".repeat(200_000) },
      },
    ],
    expect: { status: 200 },
  },
];

natively("the relay's wire", TABLE);
