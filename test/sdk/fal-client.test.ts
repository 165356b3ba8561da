/** fal's own JavaScript client, unmodified, by both ways that lead it to the executable. */
import { createFalClient, type FalClient, ApiError, ValidationError } from "@fal-ai/client";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  spyOn,
  test,
} from "bun:test";
import { png } from "../support/files.ts";
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

/** As the README shows them. */
const WAYS: readonly (readonly [string, (base: string) => FalClient])[] = [
  [
    "proxyUrl",
    (base) =>
      createFalClient({
        credentials: CLIENT_KEY,
        proxyUrl: { url: `${base}/api/fal/proxy`, when: "always" },
      }),
  ],
  [
    "requestMiddleware",
    (base) => {
      const places: Record<string, string> = { "queue.": "/queue", "": "/run", "rest.": "/rest" };
      return createFalClient({
        credentials: CLIENT_KEY,
        requestMiddleware: async (request) => ({
          ...request,
          url: request.url.replace(
            /^https:\/\/(queue\.|rest\.|)fal\.(run|ai)/,
            (_, host: string) => base + places[host],
          ),
        }),
      });
    },
  ],
];

const FLUX = "fal-ai/flux/dev";
const SLOW = "a cat [sandbox queue=60ms run=200ms logs=3]";
const input = { prompt: "a cat" };

interface Drawn {
  images: { url: string }[];
  prompt: string;
}

describe.each(WAYS)("through %s", (_, client) => {
  let fal: FalClient;
  beforeAll(() => {
    fal = client(gateway.url);
  });

  test("run", async () => {
    const { data, requestId } = await fal.run(FLUX, { input });
    expect(data as Drawn).toMatchObject({ images: [{ width: 1024 }], prompt: "a cat" });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(asked(gateway.fal, /./)).toEqual([
      { method: "POST", path: `/run/${FLUX}`, body: input },
    ]);
  });

  test.each(["polling", "streaming"] as const)("subscribe, %s", async (mode) => {
    const seen: string[] = [];
    const lines = new Set<string>();
    const { data, requestId } = await fal.subscribe(FLUX, {
      input: { prompt: SLOW },
      logs: true,
      ...(mode === "polling" ? { mode, pollInterval: 20 } : { mode }),
      onQueueUpdate(update) {
        seen.push(update.status);
        for (const { message } of "logs" in update ? (update.logs ?? []) : []) lines.add(message);
      },
    });
    expect((data as Drawn).images).toHaveLength(1);
    expect([...new Set(seen)]).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
    expect(lines.size).toBe(3);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(asked(gateway.fal, /GET/)).toEqual([
      { method: "GET", path: "/queue/fal-ai/flux/requests/ID/status/stream?logs=1" },
      { method: "GET", path: "/queue/fal-ai/flux/requests/ID" },
    ]);
  });

  test("queue: submit, status, streamStatus, result", async () => {
    const options = { input: { prompt: SLOW }, priority: "low", hint: "lora-1" } as const;
    const submitted = await fal.queue.submit(FLUX, options);
    const { request_id: requestId } = submitted;
    for (const url of [submitted.status_url, submitted.response_url, submitted.cancel_url]) {
      expect(url).toStartWith(`${gateway.url}/`);
    }
    const [submission] = received(gateway.fal);
    expect(submission!.headers).toMatchObject({
      "x-fal-queue-priority": "low",
      "x-fal-runner-hint": "lora-1",
      "user-agent": expect.stringContaining("@fal-ai/client"),
    });
    const status = await fal.queue.status(FLUX, { requestId, logs: true });
    expect(status).toMatchObject({ status: "IN_QUEUE", request_id: requestId, queue_position: 0 });
    const stream = await fal.queue.streamStatus(FLUX, { requestId, logs: true });
    const states: string[] = [];
    for await (const { status } of stream) states.push(status);
    expect(await stream.done()).toMatchObject({ status: "COMPLETED" });
    expect([...new Set(states)]).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
    const { data } = await fal.queue.result(FLUX, { requestId });
    expect((data as Drawn).images).toHaveLength(1);
  });

  test("queue: cancel", async () => {
    const { request_id: requestId } = await fal.queue.submit(FLUX, {
      input: { prompt: "a cat [sandbox queue=1m]" },
    });
    await fal.queue.cancel(FLUX, { requestId });
    const status = await fal.queue.subscribeToStatus(FLUX, { requestId, pollInterval: 10 });
    expect(status).toMatchObject({ status: "COMPLETED", error_type: "client_cancelled" });
    await expect(fal.queue.cancel(FLUX, { requestId })).rejects.toThrow("already completed");
  });

  test("stream", async () => {
    const stream = await fal.stream("fal-ai/flux/schnell", { input });
    const events: unknown[] = [];
    for await (const event of stream) events.push(event);
    expect(events.length).toBeGreaterThan(1);
    expect(await stream.done()).toMatchObject({ images: [{}], prompt: "a cat" });
  });

  test("storage.upload, and files inside an input", async () => {
    const file = png();
    const url = await fal.storage.upload(file, { lifecycle: { expiresIn: "1h" } });
    expect(url).toStartWith(gateway.fal.url);
    expect(await (await fetch(url)).bytes()).toEqual(await file.bytes());
    expect(received(gateway.fal)[0]!.headers["x-fal-object-lifecycle"]).toBe(
      '{"expiration_duration_seconds":3600}',
    );
    gateway.fal.reset();
    await fal.subscribe("fal-ai/flux/dev/image-to-image", {
      input: { prompt: "a dog", image_url: file },
    });
    const [submitted] = asked(gateway.fal, /^POST \/queue/);
    expect(submitted!.body).toEqual({ prompt: "a dog", image_url: "stored:a%20cat.png" });
  });

  test("storage.upload in parts, which the client does above 90 MB", async () => {
    const block = crypto.getRandomValues(new Uint8Array(65_536));
    const file = new File(
      Array.from({ length: 1_450 }, () => block),
      "film.mp4",
      {
        type: "video/mp4",
      },
    );
    const url = await fal.storage.upload(file);
    const digest = async (bytes: ArrayBuffer) =>
      new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    const stored = await (await fetch(url)).arrayBuffer();
    expect(await digest(stored)).toBe(await digest(await file.arrayBuffer()));
    const puts = received(gateway.fal).filter(({ method }) => method === "PUT");
    expect(puts).toHaveLength(10);
  });

  test("realtime, with the token that the client fetches for itself", async () => {
    const warn = spyOn(console, "warn").mockImplementation(() => {});
    const Real = globalThis.WebSocket;
    // A socket passes neither the proxy nor the middleware: its address is all that is replaced.
    globalThis.WebSocket = class extends Real {
      constructor(url: string | URL) {
        super(String(url).replace("wss://fal.run", gateway.url.replace("http", "ws")));
      }
    } as typeof WebSocket;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const connection = fal.realtime.connect("fal-ai/flux-lora", {
      onResult: resolve,
      onError: reject,
      connectionKey: crypto.randomUUID(),
    });
    connection.send(input);
    expect(await promise).toMatchObject({ images: [{}] });
    connection.close();
    globalThis.WebSocket = Real;
    warn.mockRestore();
    expect(asked(gateway.fal, /tokens/).map(({ body }) => body)).toMatchObject([
      { allowed_apps: ["flux-lora"] },
    ]);
  });

  test("failures: the client shows fal's own words", async () => {
    const refused = await fal.run(FLUX, { input: {} as never }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ValidationError);
    expect(refused).toMatchObject({ status: 422, message: "body.prompt: Field required" });
    expect((refused as ValidationError).fieldErrors).toMatchObject([{ loc: ["body", "prompt"] }]);

    const prompt = "[sandbox error=content_policy_violation]";
    const failed = await fal
      .subscribe(FLUX, { input: { prompt } })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ValidationError);
    expect(failed).toMatchObject({ status: 422, message: expect.stringContaining("content") });

    const nothing = await fal.run("somebody/nothing", { input }).catch((error: unknown) => error);
    expect(nothing).toBeInstanceOf(ApiError);
    expect(nothing).toMatchObject({ status: 404, message: 'Application "nothing" not found' });

    const requestId = crypto.randomUUID();
    const unknown = await fal.queue.result(FLUX, { requestId }).catch((error: unknown) => error);
    expect(unknown).toMatchObject({ status: 404, message: "not found" });
  });
});

test("a wrong key: the client is told which", async () => {
  const fal = createFalClient({
    credentials: "sk-wrong",
    proxyUrl: { url: `${gateway.url}/api/fal/proxy`, when: "always" },
  });
  const error = await fal.run(FLUX, { input }).catch((error: unknown) => error);
  expect(error).toMatchObject({ status: 401, message: expect.stringContaining("key") });
  expect(received(gateway.fal)).toEqual([]);
});
