/** The VEO relay at the wire: what was asked, exactly what fal got, what the client was told. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createTaskStore, type TaskStore } from "../../src/store/tasks/tasks.ts";
import { create, film, followed, get, look, PNG, post, RELAYS } from "../support/film.ts";
import { generated, sent, stored, submitted, uploaded } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, inProcess, overSocket } from "../support/gateway.ts";
import { until } from "../support/clients.ts";
import { closeDatabases, emptyDatabase } from "../support/state.ts";

let gateway: Gateway;
beforeEach(async () => {
  gateway = await inProcess({ env: { API_KEY: "sk-client,sk-other", RECONCILE_TIME: "0" } });
});
afterEach(() => gateway.stop());

const BASE64 = PNG.split(",")[1]!;
const VEO = "fal-ai/veo3.1";
const SEEDANCE = "fal-ai/bytedance/seedance/v1/pro";
const REFERENCE = stored("reference.png");
const silent = { generate_audio: false };
const sharp = { resolution: "1080p" };
const first = { image_url: REFERENCE };
const frames = { first_frame_url: REFERENCE, last_frame_url: REFERENCE };
const list = (count: number) => ({ image_urls: Array.from({ length: count }, () => REFERENCE) });

describe("every name, by the number of its pictures", () => {
  test.each<[string, number, string, object]>([
    ["veo2", 0, "fal-ai/veo2", {}],
    ["veo2", 1, "fal-ai/veo2/image-to-video", first],
    ["veo2", 2, `${VEO}/lite/first-last-frame-to-video`, { ...silent, ...frames }],
    ["veo2-fast", 0, "fal-ai/veo2", {}],
    ["veo2-fast-frames", 1, `${VEO}/fast/image-to-video`, { ...silent, ...first }],
    ["veo2-fast-frames", 2, `${VEO}/fast/first-last-frame-to-video`, { ...silent, ...frames }],
    ["veo2-fast-components", 3, `${VEO}/reference-to-video`, { ...silent, ...list(3) }],
    ["veo2-pro", 0, "fal-ai/veo2", {}],
    ["veo2-pro-components", 1, `${VEO}/reference-to-video`, { ...silent, ...list(1) }],
    ["veo3", 0, "fal-ai/veo3", {}],
    ["veo3-fast", 1, "fal-ai/veo3/fast/image-to-video", first],
    ["veo3-fast-frames", 2, `${VEO}/fast/first-last-frame-to-video`, frames],
    ["veo3-frames", 2, `${VEO}/first-last-frame-to-video`, frames],
    ["veo3-pro", 0, "fal-ai/veo3", sharp],
    ["veo3-pro-frames", 1, "fal-ai/veo3/image-to-video", { ...sharp, ...first }],
    ["veo3.1", 0, VEO, {}],
    ["veo3.1", 3, `${VEO}/reference-to-video`, list(3)],
    ["veo3.1-fast", 2, `${VEO}/fast/first-last-frame-to-video`, frames],
    ["veo3.1-pro", 0, VEO, sharp],
    ["veo3.1-components", 2, `${VEO}/reference-to-video`, list(2)],
    ["jimeng-video-3.0", 0, `${SEEDANCE}/text-to-video`, {}],
    ["jimeng-video-3.0", 1, `${SEEDANCE}/image-to-video`, first],
    ["sora-2", 0, "fal-ai/sora-2/text-to-video", {}],
    ["fal-ai/veo3.1/lite", 0, `${VEO}/lite`, {}],
  ])("%s with %d", async (model, count, endpoint, input) => {
    const images = Array.from({ length: count }, () => PNG);
    const { status, id } = await film(gateway, "veo", { model, images });
    expect([status, id.split(":")[0]!]).toEqual(["completed", model]);
    expect(submitted(gateway.fal)).toEqual([
      ...images.map(() => uploaded("reference.png", "image/png")),
      { method: "POST", path: `/queue/${endpoint}`, body: { prompt: "a lighthouse", ...input } },
    ]);
  });

  test("the next of its chain where fal has retired one", async () => {
    gateway.fal.update({ retired: ["fal-ai/veo3", "fal-ai/veo3/*"] });
    const { status } = await film(gateway, "veo", { model: "veo3" });
    expect(status).toBe("completed");
    expect(submitted(gateway.fal).map(({ path }) => path)).toEqual([
      "/queue/fal-ai/veo3",
      `/queue/${VEO}`,
    ]);
  });
});

describe("what the client says, in the model's own fields", () => {
  test.each<[string, object, object]>([
    ["veo3.1", { aspect_ratio: "9:16" }, { aspect_ratio: "9:16" }],
    ["veo3.1", { orientation: "portrait" }, { aspect_ratio: "9:16" }],
    ["veo3.1", { size: "1080P" }, { resolution: "1080p" }],
    ["sora-2", { size: "small", duration: 12 }, { duration: 12 }],
    ["veo3.1", { size: "large" }, { resolution: "1080p" }],
    ["veo3-pro", { size: "720P" }, { resolution: "720p" }],
    ["veo3.1", { duration: 4 }, { duration: "4s" }],
    ["veo3.1", { duration: "8" }, { duration: "8s" }],
    ["veo3.1", { seed: 7, negative_prompt: "people" }, { seed: 7, negative_prompt: "people" }],
    ["veo3.1", { generate_audio: false }, { generate_audio: false }],
    ["veo3.1", { watermark: false, images: null, aspect_ratio: null }, {}],
    ["veo3.1", { enhance_prompt: false, enable_upsample: "false" }, {}],
    ["jimeng-video-3.0", { aspect_ratio: "1:1", size: "720P" }, sizedAs("1:1")],
    ["jimeng-video-3.0", { aspect_ratio: "2:3", size: "720P" }, sizedAs("3:4")],
    ["jimeng-video-3.0", { aspect_ratio: "3:2", size: "720P" }, sizedAs("4:3")],
  ])("%s %j", async (model, said, input) => {
    await film(gateway, "veo", { model, ...said });
    expect(submitted(gateway.fal)[0]!.body).toEqual({ prompt: "a lighthouse", ...input });
  });

  test("what was approximated stands in a header of the query", async () => {
    const { id } = await film(gateway, "veo", { model: "jimeng-video-3.0", aspect_ratio: "2:3" });
    const { headers } = await get(gateway, RELAYS.veo.query(id));
    const became = "aspect_ratio 2:3 became aspect_ratio 3:4";
    expect(headers.get("x-falgate-adjusted")).toBe(became);
  });
});

function sizedAs(aspect_ratio: string) {
  return { aspect_ratio, resolution: "720p" };
}

describe("the way of a video", () => {
  test("each word with its own time, also where the database is slow", async () => {
    const store = createTaskStore({ database: await emptyDatabase() });
    const advance: TaskStore["advance"] = async (change) => {
      await Bun.sleep(20);
      return store.advance(change);
    };
    const slow = await overSocket({ shared: { taskStore: { ...store, advance } } });
    const { words, times } = await film(slow, "veo", { prompt: "x [sandbox run=50ms]" });
    expect(words.slice(-3)).toEqual([
      "video_generating",
      "video_generation_completed",
      "completed",
    ]);
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    await slow.stop();
    await closeDatabases();
  });

  test("the creation's answer, the words, and the end", async () => {
    const created = await post(gateway, "veo", { prompt: "x [sandbox queue=150ms run=150ms]" });
    const answer = (await created.json()) as Record<string, unknown>;
    expect(created.status).toBe(200);
    expect(answer).toStrictEqual({
      id: expect.stringMatching(/^veo3\.1-fast:\d{10}-[A-Za-z0-9]{10}$/),
      status: "pending",
      status_update_time: expect.any(Number),
    });
    const id = answer.id as string;
    const last = await followed(gateway, "veo", id);
    // How long the word for keeping it stands is up to the database: a client may miss it.
    const words = last.words.filter((word) => word !== "video_generation_completed");
    expect(words).toEqual(["pending", "video_generating", "completed"]);
    expect(last.answer).toStrictEqual({
      id,
      status: "completed",
      video_url: expect.stringMatching(/\.mp4$/),
      enhanced_prompt: "x [sandbox queue=150ms run=150ms]",
      status_update_time: expect.any(Number),
    });
    expect(last.times).toEqual([...new Set(last.times)].toSorted((a, b) => a - b));
    expect(last.times[0]).toBeGreaterThanOrEqual(answer.status_update_time as number);
    const input = { prompt: "x [sandbox queue=150ms run=150ms]" };
    expect(sent(gateway.fal)).toEqual(generated(`${VEO}/fast`, input));
    expect((await fetch(last.video)).headers.get("content-type")).toBe("video/mp4");
  });

  test("pictures are links, data URLs or base64", async () => {
    const form = new FormData();
    form.set("file", new File([Buffer.from(BASE64, "base64")], "a.png", { type: "image/png" }));
    const authorization = `Bearer ${CLIENT_KEY}`;
    const filed = await gateway.fetch("/files", {
      method: "POST",
      headers: { authorization },
      body: form,
    });
    const { url } = (await filed.json()) as { url: string };
    const images = [url, PNG, BASE64];
    const { status } = await film(gateway, "veo", { model: "veo3.1-components", images });
    expect(status).toBe("completed");
    expect(submitted(gateway.fal)).toEqual([
      uploaded("a.png", "image/png"),
      uploaded("reference.png", "image/png"),
      uploaded("reference.png", "image/png"),
      {
        method: "POST",
        path: `/queue/${VEO}/reference-to-video`,
        body: { prompt: "a lighthouse", image_urls: [stored("a.png"), REFERENCE, REFERENCE] },
      },
    ]);
  });

  test("they are fetched before anything is submitted", async () => {
    const asked = Promise.withResolvers<void>();
    const host = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch() {
        await asked.promise;
        return new Response(null, { status: 404 });
      },
    });
    const own = await inProcess({ env: { WEBHOOK_HOSTS: host.url.host } });
    const id = await create(own, "veo", { images: [`${host.url}a.png`] });
    await until(async () => (await look(own, "veo", id)).status === "image_downloading");
    asked.resolve();
    const { words, answer } = await followed(own, "veo", id);
    expect(words).toEqual(["image_downloading", "failed"]);
    expect(answer.error).toMatchObject({ param: "images", code: "unreachable_file" });
    expect(sent(own.fal)).toEqual([]);
    await own.stop();
    await host.stop(true);
  });

  test("a prompt is put into English, and the client is told how", async () => {
    const said = { prompt: "灯塔", enhance_prompt: true };
    const { answer } = await film(gateway, "veo", said);
    const [asked, filmed] = submitted(gateway.fal);
    expect(asked!.path).toBe("/run/openrouter/router/openai/v1/chat/completions");
    expect(filmed!.body).toEqual({ prompt: answer.enhanced_prompt });
    expect(answer.enhanced_prompt).not.toBe("灯塔");
  });

  test("by the model itself where it can", async () => {
    const { answer } = await film(gateway, "veo", { model: "veo2", enhance_prompt: true });
    expect(submitted(gateway.fal).map(({ body }) => body)).toEqual([
      { prompt: "a lighthouse", enhance_prompt: true },
    ]);
    expect(answer.enhanced_prompt).toBe("a lighthouse");
  });

  test("a second stage enlarges it: completed only when both are done", async () => {
    gateway.fal.update({ runTime: 150 });
    const prompt = "x [sandbox queue=150ms run=150ms]";
    const { words, video } = await film(gateway, "veo", { prompt, enable_upsample: true });
    // Between two polls the words of an instant may pass unseen.
    const steps = words.filter((word) => !word.endsWith("_completed"));
    expect(steps).toEqual(["pending", "video_generating", "video_upsampling", "completed"]);
    const [, enlarging] = submitted(gateway.fal);
    expect(enlarging!.path).toBe("/queue/fal-ai/topaz/upscale/video");
    const { video_url } = enlarging!.body as { video_url: string };
    expect(video_url).toMatch(/\.mp4$/);
    expect(video).not.toBe(video_url);
  });

  test("which fails alone: the first stage's video is delivered", async () => {
    const apps = ["topaz/*", "seedvr/*", "bytedance-upscaler/*", "flashvsr/*", "video-upscaler"];
    gateway.fal.update({ retired: apps.map((app) => `fal-ai/${app}`) });
    const { status, video, answer } = await film(gateway, "veo", { enable_upsample: true });
    expect(status).toBe("video_upsampling_failed");
    expect((await fetch(video)).headers.get("content-type")).toBe("video/mp4");
    expect(answer.error).toBeUndefined();
  });
});

describe("what fails says why", () => {
  test.each([
    ["error=content_policy_violation", "video_generation_failed", "content_policy_violation"],
    ["error=runner_server_error billed=2", "video_generation_failed", "upstream_error"],
    ["drop=submit-before", "error", "outcome_unknown"],
  ])("%s", async (marker, status, code) => {
    const { answer } = await film(gateway, "veo", { prompt: `x [sandbox ${marker}]` });
    expect(answer).toStrictEqual({
      ...{ id: answer.id, status, video_url: null },
      enhanced_prompt: `x [sandbox ${marker}]`,
      status_update_time: expect.any(Number),
      error: { message: expect.any(String), type: expect.any(String), param: null, code },
    });
    expect(submitted(gateway.fal).length).toBe(1);
  });

  test("a model's own validation names the parameter", async () => {
    const prompt = "x [sandbox error=image_load_error]";
    const { answer } = await film(gateway, "veo", { prompt });
    expect(answer.error).toMatchObject({ type: "invalid_request_error", code: "invalid_value" });
  });
});
