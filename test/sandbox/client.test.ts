/** The official JavaScript client, unmodified, against the sandbox. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { ApiError, createFalClient, ValidationError } from "@fal-ai/client";
import { quick } from "./support.ts";

const sandbox = quick({ queueTime: 10, runTime: 20 });
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const hosts: readonly (readonly [string, string])[] = [
  ["https://queue.fal.run", sandbox.queueUrl],
  ["https://fal.run", sandbox.runUrl],
  ["https://rest.fal.ai", sandbox.restUrl],
];

const fal = createFalClient({
  credentials: "me:secret",
  async requestMiddleware(request) {
    const [host, ours] = hosts.find(([each]) => request.url.startsWith(each))!;
    return { ...request, url: request.url.replace(host, ours) };
  },
});

const flux = "fal-ai/flux/dev";
const png = await new Bun.Image(await tinyBitmap()).png().bytes();

async function tinyBitmap() {
  const { draw } = await import("../../src/sandbox/drawing.ts");
  return draw(1, 48, 32, false);
}

describe("run", () => {
  test("gives data and the request's id", async () => {
    const { data, requestId } = await fal.run(flux, { input: { prompt: "a cat" } });
    expect(data.images[0]!.url).toStartWith(sandbox.url);
    expect(requestId).toBe(sandbox.billed[0]!.requestId);
  });

  test("a 422 is a ValidationError that names the field", async () => {
    const error = await fal.run(flux, { input: {} as { prompt: string } }).catch((each) => each);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.fieldErrors[0]).toMatchObject({ loc: ["body", "prompt"], type: "missing" });
  });

  test("pictures in the input are uploaded on the way", async () => {
    const image_url = new File([png], "cat.png", { type: "image/png" });
    const { data } = await fal.run("fal-ai/flux/dev/image-to-image", {
      input: { prompt: "a", image_url },
    });
    expect(data.images[0]).toMatchObject({ width: 48, height: 32 });
  });
});

describe("subscribe", () => {
  for (const mode of ["polling", "streaming"] as const) {
    test(mode, async () => {
      const seen: string[] = [];
      const lines: string[] = [];
      const { data } = await fal.subscribe(flux, {
        input: { prompt: "a cat [sandbox logs=2 run=60ms]" },
        logs: true,
        mode,
        ...(mode === "polling" && { pollInterval: 5 }),
        onQueueUpdate(update) {
          seen.push(update.status);
          if ("logs" in update && update.logs) lines.push(...update.logs.map((log) => log.message));
        },
      });
      expect(data.prompt).toBe("a cat");
      expect([...new Set(seen)]).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
      expect(lines).toContain("Starting generation");
    });
  }

  test("a failed generation", async () => {
    const input = { prompt: "[sandbox error=content_policy_violation]" };
    const error = await fal.subscribe(flux, { input, pollInterval: 5 }).catch((each) => each);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.fieldErrors[0].type).toBe("content_policy_violation");
  });
});

describe("queue", () => {
  test("submit, status, streamStatus, result", async () => {
    const { request_id: requestId } = await fal.queue.submit(flux, {
      input: { prompt: "a" },
      priority: "low",
      hint: "lora-a",
      startTimeout: 30,
    });
    expect(sandbox.requests[0]!.headers).toMatchObject({
      "x-fal-queue-priority": "low",
      "x-fal-runner-hint": "lora-a",
      "x-fal-request-timeout": "30",
    });
    const status = await fal.queue.status(flux, { requestId, logs: true });
    expect(status.status).toBeOneOf(["IN_QUEUE", "IN_PROGRESS"]);
    const stream = await fal.queue.streamStatus(flux, { requestId, logs: true });
    const last = await stream.done();
    expect(last.status).toBe("COMPLETED");
    const { data } = await fal.queue.result(flux, { requestId });
    expect(data.images).toHaveLength(1);
  });

  test("subscribeToStatus", async () => {
    const { request_id: requestId } = await fal.queue.submit(flux, { input: { prompt: "a" } });
    const status = await fal.queue.subscribeToStatus(flux, { requestId, mode: "streaming" });
    expect(status.status).toBe("COMPLETED");
  });

  test("cancel", async () => {
    const input = { prompt: "[sandbox queue=1m]" };
    const { request_id: requestId } = await fal.queue.submit(flux, { input });
    await fal.queue.cancel(flux, { requestId });
    const error = await fal.queue.result(flux, { requestId }).catch((each) => each);
    expect(error).toBeInstanceOf(ApiError);
    expect(error.status).toBe(499);
  });

  test("its own retries get over a load balancer's 503", async () => {
    const input = { prompt: "[sandbox status=503*1]" };
    const { request_id } = await fal.queue.submit(flux, { input });
    expect(request_id).toBeString();
    expect(sandbox.requests).toHaveLength(2);
  });
});

describe("stream", () => {
  test("a language model, event by event", async () => {
    const stream = await fal.stream("fal-ai/any-llm", { input: { prompt: "hi" } });
    const told: string[] = [];
    for await (const event of stream) told.push((event as { output: string }).output);
    expect(told[0]).toBe("You");
    expect(told.at(-1)).toBe("You said: hi\nI received 1 message.");
    expect(await stream.done()).toMatchObject({ partial: false });
  });

  test("a picture, with previews", async () => {
    const stream = await fal.stream("fal-ai/flux-lora", { input: { prompt: "hi" } });
    let events = 0;
    for await (const _ of stream) events++;
    expect(events).toBeGreaterThan(1);
    expect((await stream.done()).images).toHaveLength(1);
  });
});

test("storage.upload", async () => {
  const url = await fal.storage.upload(new File([png], "cat.png", { type: "image/png" }));
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(await response.bytes()).toEqual(png);
});
