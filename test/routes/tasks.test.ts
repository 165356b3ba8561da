/** Asking without waiting: a task at once, and at its end the very answer that waiting would have given. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { until } from "../support/clients.ts";
import { cancelled, submitted } from "../support/fal.ts";
import { form, png, wavFile } from "../support/files.ts";
import { type Gateway, inProcess } from "../support/gateway.ts";
import { ended, get, good, post, remove } from "../support/videos.ts";

const SECRET = `whsec_${Buffer.from("a secret of 24 bytes....").toString("base64")}`;

let gateway: Gateway;
let calls: { body: string; headers: Headers }[];
let receiver: Bun.Server<undefined>;
beforeEach(async () => {
  calls = [];
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      calls.push({ body: await request.text(), headers: request.headers });
      return new Response(null, { status: calls.length === 1 ? 500 : 204 });
    },
  });
  gateway = await inProcess({
    env: {
      API_KEY: "sk-client,sk-other",
      RECONCILE_TIME: "0",
      CALLBACK_SECRET: SECRET,
      WEBHOOK_HOSTS: `127.0.0.1:${receiver.port}`,
    },
    shared: { schedule: [0, 1] },
  });
});
afterEach(async () => {
  await gateway.stop();
  await receiver.stop(true);
});

interface Told extends Record<string, unknown> {
  id: string;
  status: string;
  progress: number;
  result?: unknown;
}

const begin = async (path: string, body: object, headers: Record<string, string> = {}) => {
  const response = await post(gateway, path, body, headers);
  return { response, task: await good<Told>(response) };
};
const done = (id: string) => ended(gateway, `/v1/tasks/${id}`) as unknown as Promise<Told>;

/** Links differ from one generation to the next, and so does the time. */
const alike = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/http:\/\/127\.0\.0\.1:\d+\/files\/[^"]*\./g, "LINK.")
      .replace(/"created":\d+/, '"created":0'),
  ) as unknown;

const silence = wavFile(2);
const picture = png();
const IMAGE = { prompt: "a cat", model: "flux-dev", seed: 5 };

describe("the result is what the route would have answered", () => {
  const cases: [string, string, () => Record<string, unknown>][] = [
    ["links", "/v1/images/generations", () => ({ ...IMAGE, n: 2 })],
    ["base64", "/v1/images/generations", () => ({ ...IMAGE, response_format: "b64_json" })],
    ["another kind", "/v1/images/generations", () => ({ ...IMAGE, output_format: "webp" })],
    ["fal's own names", "/v1/images/generations", () => ({ ...IMAGE, model: "fal-ai/flux/dev" })],
    [
      "an edit",
      "/v1/images/edits",
      () => ({ prompt: "blue", model: "nano-banana", image: picture }),
    ],
    ["a variation", "/v1/images/variations", () => ({ model: "flux-dev", image: picture })],
    ...["json", "verbose_json", "text", "srt", "vtt"].map(
      (response_format): (typeof cases)[number] => [
        `a transcript as ${response_format}`,
        "/v1/audio/transcriptions",
        () => ({ model: "whisper-1", file: silence, response_format }),
      ],
    ),
    ["a translation", "/v1/audio/translations", () => ({ model: "whisper-1", file: silence })],
  ];

  test.each(cases)("%s", async (_, path, body) => {
    const isForm = Object.values(body()).some((value) => value instanceof Blob);
    const said = (more: object) => {
      const all = { ...body(), ...more };
      return isForm ? form(all) : all;
    };
    const waited = await post(gateway, path, said({}));
    const text = await waited.text();
    const json = waited.headers.get("content-type")!.includes("json");
    const wanted = json ? (JSON.parse(text) as unknown) : text;

    const { response, task } = await begin(path, said({ async: true }));
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe(`http://localhost/v1/tasks/${task.id}`);
    expect(response.headers.get("preference-applied")).toBe("respond-async");
    expect(task).toMatchObject({ object: "task", status: "queued", progress: 0, media: [] });
    const { status, result } = await done(task.id);
    expect(status).toBe("completed");
    expect(alike(result)).toEqual(alike(wanted));

    const content = await get(gateway, `/v1/tasks/${task.id}/content`);
    const again = await content.text();
    expect(json ? alike(JSON.parse(again)) : again).toEqual(json ? alike(wanted) : wanted);
    const [first, second] = submitted(gateway.fal).filter(({ path }) => path.startsWith("/queue/"));
    expect(second!).toEqual(first!);
  });

  test("OpenAI's own names answer in base64", async () => {
    const body = { prompt: "a cat", model: "gpt-image-1", async: true };
    const { task } = await begin("/v1/images/generations", body);
    const { result } = await done(task.id);
    expect(result).toEqual({
      created: expect.any(Number),
      model: "gpt-image-1",
      data: [{ b64_json: expect.stringMatching(/^iVBOR/) }],
    });
  });

  test.each<[string, string, object]>([
    ["speech", "/v1/audio/speech", { model: "tts-1", input: "good morning", voice: "alloy" }],
    ["a picture in base64", "/v1/images/generations", { prompt: "a cat", model: "gpt-image-1" }],
  ])("%s that fal has dropped is gone", async (_, path, body) => {
    const { task } = await begin(path, { ...body, async: true });
    await done(task.id);
    gateway.fal.update({ mediaGone: true });
    const content = await get(gateway, `/v1/tasks/${task.id}/content`);
    expect([content.status, await content.json()]).toMatchObject([
      410,
      { error: { code: "file_gone" } },
    ]);
    expect((await get(gateway, `/v1/tasks/${task.id}`)).status).toBe(200);
  });

  test("speech: a link in JSON, and the bytes as they were asked for", async () => {
    const body = { model: "tts-1", input: "hello", voice: "nova", response_format: "pcm" };
    const waited = await post(gateway, "/v1/audio/speech", body);
    const { task } = await begin("/v1/audio/speech", { ...body, async: true });
    const { result } = await done(task.id);
    expect(result).toEqual({
      url: expect.stringMatching(/^http/),
      content_type: expect.any(String),
    });
    const content = await get(gateway, `/v1/tasks/${task.id}/content`);
    expect(content.headers.get("content-type")).toBe(waited.headers.get("content-type"));
    expect((await content.bytes()).length).toBe((await waited.bytes()).length);
  });

  test("a header says the same as the body", async () => {
    for (const prefer of ["respond-async", "wait=5, Respond-Async; x=1"]) {
      const { response } = await begin("/v1/images/generations", IMAGE, { prefer });
      expect(response.status).toBe(202);
    }
    const streamed = await post(
      gateway,
      "/v1/images/generations",
      { ...IMAGE, stream: true },
      { prefer: "respond-async" },
    );
    expect(streamed.headers.get("content-type")).toContain("text/event-stream");
    await streamed.text();
  });

  test("a failure is told as the route would have told it", async () => {
    const prompt = "x [sandbox error=content_policy_violation]";
    const { task } = await begin("/v1/images/generations", { ...IMAGE, prompt, async: true });
    const failed = await done(task.id);
    const waited = await post(gateway, "/v1/images/generations", { ...IMAGE, prompt });
    const { error } = (await waited.json()) as { error: unknown };
    expect(failed).toMatchObject({ status: "failed", error: error as object });
    expect(failed).not.toHaveProperty("result");
    const content = await get(gateway, `/v1/tasks/${task.id}/content`);
    expect([content.status, await content.json()]).toEqual([waited.status, { error }]);
  });
});

describe("paid once", () => {
  test("a retry and a key join, others do not", async () => {
    const again = { "x-stainless-retry-count": "1" };
    const key = { "idempotency-key": "a" };
    const ids: string[] = [];
    for (const headers of [{}, again, key, key]) {
      const { task } = await begin("/v1/images/generations", { ...IMAGE, async: true }, headers);
      await done(task.id);
      ids.push(task.id);
    }
    expect([ids[0] === ids[1], ids[2] === ids[3], ids[1] === ids[2]]).toEqual([true, true, false]);
    expect(submitted(gateway.fal)).toHaveLength(2);
  });
});

describe("bad input is refused before there is a task", () => {
  test.each<[string, object, string]>([
    ["no prompt", { prompt: undefined }, "prompt"],
    ["a size that is none", { size: "huge" }, "size"],
    ["async as a text", { async: "yes" }, "async"],
    ["async and a stream", { stream: true }, "async"],
    ["a callback inside", { callback_url: "http://10.1.2.3/x" }, "callback_url"],
    ["a callback that is none", { callback_url: "nowhere" }, "callback_url"],
    ["a callback for who waits", { async: false, callback_url: "https://e.com/" }, "callback_url"],
  ])("%s", async (_, body, param) => {
    const asked = { ...IMAGE, async: true, ...body };
    const response = await post(gateway, "/v1/images/generations", asked);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
    expect(submitted(gateway.fal)).toEqual([]);
    expect(await good(get(gateway, "/v1/tasks"))).toMatchObject({ data: [] });
  });
});

describe("every kind of task, whichever route it came by", () => {
  test("is listed, told and cancelled", async () => {
    const prompt = "a fox [sandbox queue=1m]";
    const film = { model: "veo3.1-fast", prompt };
    const made = [
      await good<Told>(post(gateway, "/v1/videos", film)),
      await good<Told>(post(gateway, "/v1/video/create", film)),
      (await begin("/v1/images/generations", { ...IMAGE, prompt, async: true })).task,
    ];
    await until(() => submitted(gateway.fal).length === 3);
    const { data } = await good<{ data: Told[] }>(get(gateway, "/v1/tasks?order=asc"));
    expect(data.map(({ id, kind }) => [id, kind])).toEqual([
      [made[0]!.id, "video"],
      [made[1]!.id, "video"],
      [made[2]!.id, "image"],
    ]);
    for (const { id } of made) {
      const path = `/v1/tasks/${encodeURIComponent(id)}`;
      expect(await good<Told>(get(gateway, path))).toMatchObject({ id, prompt });
      expect((await get(gateway, path, "sk-other")).status).toBe(404);
      expect((await remove(gateway, path, "sk-other")).status).toBe(404);
      expect(await good<Told>(remove(gateway, path))).toMatchObject({ id });
      expect((await ended(gateway, path)).status).toBe("cancelled");
    }
    expect(cancelled(gateway.fal)).toHaveLength(3);
    expect(await good(get(gateway, "/v1/tasks", "sk-other"))).toMatchObject({ data: [] });
    const video = await good<Told>(get(gateway, `/v1/videos/${made[0]!.id}`));
    expect(video).toMatchObject({ status: "failed", error: { code: "cancelled" } });
  });

  test("a finished one cannot be cancelled, and stays", async () => {
    const { task } = await begin("/v1/images/generations", { ...IMAGE, async: true });
    await done(task.id);
    const answer = await good<Told>(remove(gateway, `/v1/tasks/${task.id}`));
    expect([answer.status, answer.result]).toEqual(["completed", expect.any(Object)]);
  });

  test("one that is not finished has no content", async () => {
    const prompt = "a fox [sandbox queue=1m]";
    const { task } = await begin("/v1/images/generations", { ...IMAGE, prompt, async: true });
    const response = await get(gateway, `/v1/tasks/${task.id}/content`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "not_finished" } });
  });

  test.each(["task_0", "%00", "a/b/c", "veo3%3A1", "%ff"])("%s is none", async (id) => {
    const response = await get(gateway, `/v1/tasks/${id}`);
    expect(response.status).toBeOneOf([400, 404]);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });
});

describe("the callback", () => {
  test("comes once it is over, signed, and again when it was not heard", async () => {
    const callback_url = `http://127.0.0.1:${receiver.port}/hook?x=1`;
    const { task } = await begin("/v1/images/generations", { ...IMAGE, async: true, callback_url });
    await until(() => calls.length === 2);
    const [{ body: failed }, { body, headers }] = calls as [(typeof calls)[0], (typeof calls)[0]];
    expect(body).toBe(failed);
    const event = JSON.parse(body) as Record<string, unknown>;
    expect(event).toMatchObject({
      type: "task.completed",
      data: { id: task.id, status: "completed", media: [{ url: expect.any(String) }] },
    });
    const [id, timestamp] = ["webhook-id", "webhook-timestamp"].map((name) => headers.get(name));
    const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
    const signed = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
    expect(headers.get("webhook-signature")).toBe(`v1,${signed}`);
    // The second was heard: there is no third.
    await good(get(gateway, `/v1/tasks/${task.id}`));
    expect(calls).toHaveLength(2);
  });

  test("comes for a video, too", async () => {
    const callback_url = `http://127.0.0.1:${receiver.port}/hook`;
    const asked = { model: "veo3.1-fast", prompt: "a fox", callback_url };
    const { id } = await good<Told>(post(gateway, "/v1/videos", asked));
    await until(() => calls.length === 2);
    expect(JSON.parse(calls[1]!.body)).toMatchObject({ data: { id, kind: "video" } });
  });
});
