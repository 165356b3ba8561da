/** A task's end, told to its callback: signed, until it is heard, once, whoever dies in between. */
import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { signedHeaders } from "../../../src/generation/tasks/signing.ts";
import type { Tasks } from "../../../src/generation/task.ts";
import { tidy } from "../../store/support.ts";
import { made, until, video, world, type World } from "./support.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Heard {
  path: string;
  headers: Headers;
  body: string;
}

let place: World;
let heard: Heard[];
let answers: (() => Response)[];
let receiver: ReturnType<typeof Bun.serve>;
beforeEach(async () => {
  place = await world();
  heard = [];
  answers = [];
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname: path } = new URL(request.url);
      heard.push({ path, headers: request.headers, body: await request.text() });
      return answers.shift()?.() ?? new Response();
    },
  });
});
afterEach(async () => {
  await place.stop();
  await receiver.stop(true);
});
afterAll(tidy);

const start = (schedule: readonly number[] = [0, 20, 20, 20]): Tasks =>
  place.start({
    schedule,
    env: { WEBHOOK_HOSTS: `127.0.0.1:${receiver.port}`, CALLBACK_SECRET: SECRET },
  });

const called = (request = {}) =>
  video({ callbackUrl: `http://127.0.0.1:${receiver.port}/hook`, request });

const status =
  (code: number, headers = {}) =>
  () =>
    new Response(null, { status: code, headers });
const state = async (id: string) => (await place.store.find(id))!.callback;

describe("a callback", () => {
  test("tells the task, signed as Standard Webhooks has it", async () => {
    const task = await made(start(), called());
    await until(async () => (await state(task.id)) === "heard");
    expect(heard.length).toBe(1);
    const [{ headers, body }] = heard as [Heard];
    const id = headers.get("webhook-id");
    const timestamp = headers.get("webhook-timestamp");
    const key = Buffer.from(SECRET.slice(6), "base64");
    const signature = createHmac("sha256", key)
      .update(`${id}.${timestamp}.${body}`)
      .digest("base64");
    expect(headers.get("webhook-signature")).toBe(`v1,${signature}`);
    expect(headers.get("content-type")).toBe("application/json");
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(5);
    expect(JSON.parse(body)).toEqual({
      type: "task.completed",
      timestamp: new Date(task.completedAt!).toISOString(),
      data: {
        id: task.id,
        object: "task",
        kind: "video",
        model: "veo3.1-fast",
        status: "completed",
        progress: 100,
        created_at: Math.floor(task.createdAt / 1000),
        completed_at: Math.floor(task.completedAt! / 1000),
        expires_at: Math.floor(task.expiresAt! / 1000),
        prompt: "a lighthouse",
        media: [
          {
            url: task.media[0]!.url,
            content_type: "video/mp4",
            ...{ bytes: expect.any(Number), width: 320, height: 180, duration: 2 },
          },
        ],
        error: null,
      },
    });
  });

  test("tells a failure too", async () => {
    await made(start(), called({ prompt: "x [sandbox error=content_policy_violation]" }));
    await until(() => heard.length > 0);
    expect(JSON.parse(heard[0]!.body)).toMatchObject({
      type: "task.failed",
      data: { status: "failed", media: [], error: { code: "content_policy_violation" } },
    });
  });

  test("is made again until it is heard, under the same id, and then no more", async () => {
    answers = [status(500), status(302, { location: "/elsewhere" }), status(204)];
    const task = await made(start(), called());
    await until(async () => (await state(task.id)) === "heard");
    await Bun.sleep(60);
    expect(heard.map(({ path }) => path)).toEqual(["/hook", "/hook", "/hook"]);
    expect(new Set(heard.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1);
  }, 10_000);

  test.each([
    ["after the last attempt", [500, 500, 500, 500, 500], 4],
    ["at once where the receiver is gone", [410, 500], 1],
  ])(
    "is given up %s",
    async (_, codes, attempts) => {
      answers = codes.map((code) => status(code));
      const task = await made(start(), called());
      await until(async () => (await state(task.id)) === "given up");
      expect(heard.length).toBe(attempts);
    },
    10_000,
  );

  test("is made by the next process where the first one could not", async () => {
    answers = [status(503)];
    const first = start([0, 60_000]);
    const task = await made(first, called());
    await until(() => heard.length === 1);
    await first.stop();
    const due = (await place.store.find(task.id))!.callbackAt!;
    expect(due - Date.now()).toBeGreaterThan(45_000);
    // A minute later.
    await place.database.transaction((tx) => tx`update tasks set callback_at = 0`);
    const second = start([0, 60_000]);
    await second.resume();
    await until(async () => (await state(task.id)) === "heard");
    expect(heard.length).toBe(2);
  });

  test("never leads inside, also when its name came to do so later", async () => {
    const tasks = place.start();
    for (const callbackUrl of [
      "http://127.0.0.1/x",
      "http://[::1]/x",
      "http://10.0.0.8/x",
      "http://localhost/x",
    ]) {
      expect(tasks.create(video({ callbackUrl }))).rejects.toMatchObject({ param: "callback_url" });
    }
    const task = called();
    const [, lenient] = [tasks, start([60_000, 60_000])];
    await made(lenient, task);
    await lenient.stop();
    // Its host is no longer named.
    await place.database.transaction(
      (tx) => tx`
      update tasks set callback = 'due', callback_at = 0, callback_tries = 0`,
    );
    heard = [];
    const strict = place.start({ schedule: [0, 10] });
    await strict.resume();
    await until(async () => (await state(task.id)) === "given up");
    expect(heard).toEqual([]);
  });
});

test("the signature of the specification's own example", () => {
  // standardwebhooks.com, specification, "Signature scheme"; computed by its reference libraries.
  const headers = signedHeaders(SECRET, {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    body: '{"test": 2432232314}',
    now: 1_614_265_330_000,
  });
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});
