/** The queue at the wire: submit, status, stream, result, cancel. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { auth, call, events, generate, get, post, quick, until } from "./support.ts";

const sandbox = quick();
const { queueUrl } = sandbox;
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("submit", () => {
  const forms = [
    ["fal-ai/flux-1/dev", "fal-ai/flux-1"],
    ["fal-ai/nano-banana", "fal-ai/nano-banana"],
    ["workflows/acme/poster/v2", "workflows/acme/poster"],
    ["comfy/acme/graph", "comfy/acme/graph"],
  ] as const;
  for (const [endpoint, app] of forms) {
    test(`${endpoint}: links name only the app`, async () => {
      sandbox.update({ apps: { "workflows/acme/*": "images", "comfy/acme/*": "images" } });
      const { status, body, headers } = await post(`${queueUrl}/${endpoint}`, { prompt: "a" });
      const request = `${queueUrl}/${app}/requests/${body["request_id"]}`;
      expect(status).toBe(200);
      expect(body).toEqual({
        status: "IN_QUEUE",
        request_id: expect.stringMatching(uuid),
        response_url: request,
        status_url: `${request}/status`,
        cancel_url: `${request}/cancel`,
        queue_position: 0,
      });
      expect(headers.get("x-fal-request-id")).toBe(body["request_id"]);
    });
  }

  test("links follow the Host the caller used", async () => {
    const { body } = await post(
      `${queueUrl}/fal-ai/flux/dev`,
      { prompt: "a" },
      { host: "fal.example:8080", "x-forwarded-proto": "https" },
    );
    expect(body["status_url"]).toStartWith("https://fal.example:8080/queue/fal-ai/flux/requests/");
  });

  test("the documented long form of links", async () => {
    const input = { prompt: "[sandbox urls=full]" };
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, input);
    expect(body["response_url"]).toEndWith(
      `/fal-ai/flux/dev/requests/${body["request_id"]}/response`,
    );
    expect((await get(`${body["status_url"]}`)).status).toBeOneOf([200, 202]);
  });

  test("a queue longer than the caller accepts", async () => {
    await post(`${queueUrl}/fal-ai/flux/dev`, { prompt: "[sandbox queue=1m]" });
    const url = `${queueUrl}/fal-ai/flux/dev?fal_max_queue_length=1`;
    expect((await post(url, { prompt: "a" })).status).toBe(429);
  });
});

describe("status", () => {
  test("202 while pending, 200 when completed", async () => {
    const input = { prompt: "[sandbox queue=1m position=3]" };
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, input);
    expect(body["queue_position"]).toBe(3);
    const waiting = await get(`${body["status_url"]}?logs=1`);
    expect(waiting.status).toBe(202);
    expect(waiting.body).toEqual({
      status: "IN_QUEUE",
      request_id: body["request_id"],
      response_url: body["response_url"],
      status_url: body["status_url"],
      cancel_url: body["cancel_url"],
      queue_position: 3,
    });
  });

  for (const logs of ["", "?logs=0", "?logs=false", "?logs=1", "?logs=true"]) {
    test(`IN_PROGRESS${logs}`, async () => {
      const input = { prompt: "[sandbox queue=0 run=1m]" };
      const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, input);
      await until(body["status_url"], "IN_PROGRESS");
      const { status, body: told } = await get(body["status_url"] + logs);
      expect(status).toBe(202);
      expect(told["status"]).toBe("IN_PROGRESS");
      expect(told["logs"]).toEqual(/1|true/.test(logs) ? [] : null);
      expect(told).not.toHaveProperty("queue_position");
    });
  }

  test("COMPLETED with logs and metrics", async () => {
    const { submitted } = await generate(sandbox, "fal-ai/flux/dev", {
      prompt: "a [sandbox logs=3]",
    });
    const { status, body } = await get(`${submitted.body["status_url"]}?logs=true`);
    expect(status).toBe(200);
    expect(body["status"]).toBe("COMPLETED");
    expect(body["logs"]).toHaveLength(3);
    expect(body["logs"][0]).toEqual({
      message: "Starting generation",
      level: "INFO",
      source: "USER",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(body["metrics"]).toEqual({ inference_time: expect.any(Number) });
    expect(body).not.toHaveProperty("error");
  });

  test("legacy apps tell no metrics", async () => {
    const { last } = await generate(sandbox, "fal-ai/flux/dev", {
      prompt: "a [sandbox no-metrics]",
    });
    expect(last).not.toHaveProperty("metrics");
  });

  test("unknown requests, and those of another account", async () => {
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, { prompt: "a" });
    const random = `${queueUrl}/fal-ai/flux/requests/${crypto.randomUUID()}/status`;
    const other = { authorization: "Key other:secret" };
    for (const answer of [await get(random), await get(body["status_url"], other)]) {
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ status: "NOT_FOUND" });
    }
  });
});

describe("status/stream", () => {
  test("every change is an event, logs come once, and it ends", async () => {
    const input = { prompt: "[sandbox queue=240ms position=3 logs=3 run=40ms]" };
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, input);
    const told = await events(`${body["status_url"]}/stream?logs=1`);
    const positions = told.filter((each) => each["status"] === "IN_QUEUE");
    expect(positions.map((each) => each["queue_position"])).toEqual([3, 2, 1]);
    expect(told.flatMap((each) => each["logs"] ?? [])).toHaveLength(3);
    expect(told.at(-1)).toMatchObject({ status: "COMPLETED", metrics: {} });
  });

  test("is event-stream, and refuses when a marker says so", async () => {
    const plain = await post(`${queueUrl}/fal-ai/flux/dev`, { prompt: "a" });
    const stream = await fetch(`${plain.body["status_url"]}/stream`, { headers: auth });
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    await stream.text();
    const none = await post(`${queueUrl}/fal-ai/flux/dev`, { prompt: "[sandbox stream=none]" });
    expect((await get(`${none.body["status_url"]}/stream`)).status).toBe(404);
  });

  test("a completed request tells so at once", async () => {
    const { submitted } = await generate(sandbox, "fal-ai/flux/dev", { prompt: "a" });
    const told = await events(`${submitted.body["status_url"]}/stream`);
    expect(told.map((each) => each["status"])).toEqual(["COMPLETED"]);
  });
});

describe("result", () => {
  test("too early", async () => {
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, { prompt: "[sandbox queue=1m]" });
    const early = await get(body["response_url"]);
    expect(early.status).toBe(400);
    expect(early.body).toEqual({ detail: "Request is still in progress" });
  });

  test("bare output, with its id and units; /response and the full id are the same", async () => {
    const input = { prompt: "a", num_images: 2 };
    const { submitted, result } = await generate(sandbox, "fal-ai/flux/dev", input);
    const id = submitted.body["request_id"];
    expect(result.status).toBe(200);
    expect(result.headers.get("x-fal-request-id")).toBe(id);
    expect(result.headers.get("x-fal-billable-units")).toBe("2");
    for (const path of [`fal-ai/flux/requests/${id}/response`, `fal-ai/flux/dev/requests/${id}`]) {
      expect((await get(`${queueUrl}/${path}`)).body).toEqual(result.body);
    }
    expect(sandbox.billed).toHaveLength(1);
    expect(sandbox.billed[0]).toMatchObject({
      requestId: id,
      endpoint: "fal-ai/flux/dev",
      units: 2,
    });
  });

  test("forgotten, by marker and by time", async () => {
    const marked = await generate(sandbox, "fal-ai/flux/dev", { prompt: "a [sandbox forget]" });
    expect(marked.result.status).toBe(404);
    const kept = await generate(sandbox, "fal-ai/flux/dev", { prompt: "a" });
    expect(kept.result.status).toBe(200);
    sandbox.update({ forgetAfter: 0 });
    const { submitted } = await generate(sandbox, "fal-ai/flux/dev", { prompt: "a" });
    expect((await get(submitted.body["status_url"])).body).toEqual({ status: "NOT_FOUND" });
    sandbox.update({ forgetAfter: undefined });
  });

  test("big results exceed 10 KB", async () => {
    const { result } = await generate(sandbox, "fal-ai/flux/dev", { prompt: "a [sandbox big]" });
    expect(JSON.stringify(result.body).length).toBeGreaterThan(10 * 1024);
  });
});

describe("cancel", () => {
  for (const [state, marker] of [
    ["IN_QUEUE", "queue=1m"],
    ["IN_PROGRESS", "queue=0 run=1m"],
  ] as const) {
    test(`while ${state}: 202, then COMPLETED as client_cancelled, not billed`, async () => {
      const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, { prompt: `[sandbox ${marker}]` });
      await until(body["status_url"], state);
      const cancelled = await call("PUT", body["cancel_url"]);
      expect(cancelled.status).toBe(202);
      expect(cancelled.body).toEqual({ status: "CANCELLATION_REQUESTED" });
      const status = await get(body["status_url"]);
      expect(status.status).toBe(200);
      expect(status.body).toMatchObject({ status: "COMPLETED", error_type: "client_cancelled" });
      const result = await get(body["response_url"]);
      expect(result.status).toBe(499);
      expect(result.body["error_type"]).toBe("client_cancelled");
      expect(sandbox.billed).toHaveLength(0);
      const again = await call("PUT", body["cancel_url"]);
      expect(again.status).toBe(400);
      expect(again.body).toEqual({ status: "ALREADY_COMPLETED" });
    });
  }

  test("ignored by an app that does not heed it", async () => {
    const input = { prompt: "[sandbox queue=0 run=200ms cancel=ignored]" };
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, input);
    await until(body["status_url"], "IN_PROGRESS");
    expect((await call("PUT", body["cancel_url"])).status).toBe(202);
    const told = await events(`${body["status_url"]}/stream`);
    expect(told.at(-1)).not.toHaveProperty("error");
    expect(sandbox.billed).toHaveLength(1);
  });

  test("unknown", async () => {
    const url = `${queueUrl}/fal-ai/flux/requests/${crypto.randomUUID()}/cancel`;
    const { status, body } = await call("PUT", url);
    expect(status).toBe(404);
    expect(body).toEqual({ status: "NOT_FOUND" });
  });
});

describe("time and order", () => {
  test("a start timeout is the caller's own, and is told apart", async () => {
    const headers = { "x-fal-request-timeout": "0.02" };
    const input = { prompt: "[sandbox queue=1m]" };
    const { body } = await post(`${queueUrl}/fal-ai/flux/dev`, input, headers);
    const told = await events(`${body["status_url"]}/stream`);
    expect(told.at(-1)).toMatchObject({ status: "COMPLETED", error_type: "request_timeout" });
    const { status, headers: answered } = await get(body["response_url"]);
    expect(status).toBe(504);
    expect(answered.get("x-fal-request-timeout-type")).toBe("user");
  });

  test("over the concurrency requests wait their turn, low priority behind everybody", async () => {
    sandbox.update({ concurrency: 1 });
    const submit = (name: string, priority = "normal") =>
      post(
        `${queueUrl}/fal-ai/flux/dev`,
        { prompt: `${name} [sandbox queue=0 run=250ms]` },
        { "x-fal-queue-priority": priority },
      );
    const first = await submit("first");
    await until(first.body["status_url"], "IN_PROGRESS");
    const low = await submit("low", "low");
    const normal = await submit("normal");
    await Bun.sleep(30);
    const position = async (of: typeof first) => (await get(of.body["status_url"])).body;
    expect(await position(first)).toMatchObject({ status: "IN_PROGRESS" });
    expect(await position(normal)).toMatchObject({ status: "IN_QUEUE", queue_position: 0 });
    expect(await position(low)).toMatchObject({ status: "IN_QUEUE", queue_position: 1 });
    await events(`${low.body["status_url"]}/stream`);
    expect(sandbox.billed.map((each) => each.requestId)).toEqual(
      [first, normal, low].map((each) => each.body["request_id"]),
    );
    sandbox.update({ concurrency: undefined });
  });

  test("hundreds at once all complete", async () => {
    const submitted = await Promise.all(
      Array.from({ length: 400 }, () => post(`${queueUrl}/fal-ai/flux/dev`, { prompt: "a" })),
    );
    const told = await Promise.all(
      submitted.map(({ body }) => events(`${body["status_url"]}/stream`)),
    );
    expect(told.every((each) => each.at(-1)!["status"] === "COMPLETED")).toBe(true);
    expect(sandbox.billed).toHaveLength(400);
  });
});
