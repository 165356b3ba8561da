/** Videos by the unmodified SDKs against the executable, in front of a fal that forgets within a second. */
import { createOpenaiVideo } from "@tanstack/ai-openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import OpenAI7 from "openai";
import OpenAI6 from "openai-6";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { submitted } from "../support/fal.ts";
import { png } from "../support/files.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";

const FORGET_MS = 1000;

let gateway: Running;
beforeAll(async () => {
  const fal = createSandbox({ port: 0, queueTime: 20, runTime: 60, forgetAfter: FORGET_MS });
  gateway = await asBinary({ fal, env: { MEDIA_STORE: "disk" } });
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.fal.reset());

const used = () =>
  submitted(gateway.fal)
    .map(({ path }) => path)
    .filter((path) => path.startsWith("/queue/"))
    .map((path) => path.slice("/queue/".length));

describe.each([
  ["openai 7", OpenAI7],
  ["openai 6", OpenAI6 as unknown as typeof OpenAI7],
] as const)("%s", (_, OpenAI) => {
  const client = () =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });

  /** As `create_and_poll` of the Python SDK does. */
  async function createAndPoll(params: OpenAI7.VideoCreateParams) {
    const { videos } = client();
    let { data: video, response } = await videos.create(params).withResponse();
    while (video.status === "queued" || video.status === "in_progress") {
      const wait = Number(response.headers.get("openai-poll-after-ms"));
      expect(wait).toBeGreaterThan(0);
      await Bun.sleep(Math.min(wait, 50));
      ({ data: video, response } = await videos.retrieve(video.id).withResponse());
    }
    return video;
  }

  test("creates, polls and downloads", async () => {
    const params = { model: "sora-2", prompt: "a fox", seconds: "8", size: "1280x720" } as const;
    const video = await createAndPoll(params);
    expect(video).toMatchObject({ ...params, status: "completed", progress: 100, error: null });
    const response = await client().videos.downloadContent(video.id);
    expect(response.headers.get("content-type")).toBe("video/mp4");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(Buffer.from(bytes.subarray(4, 8)).toString()).toBe("ftyp");
    const thumbnail = await client().videos.downloadContent(video.id, { variant: "thumbnail" });
    expect(thumbnail.headers.get("content-type")).toMatch(/^image\//);
    expect((await thumbnail.arrayBuffer()).byteLength).toBeGreaterThan(100);
    expect(used()).toEqual(["fal-ai/sora-2/text-to-video"]);
  });

  type Reference = NonNullable<OpenAI7.VideoCreateParams["input_reference"]>;
  test.each<[string, () => Reference | Promise<Reference>]>([
    ["a file", () => png()],
    [
      "an object",
      async () => ({
        image_url: `data:image/png;base64,${Buffer.from(await png().bytes()).toString("base64")}`,
      }),
    ],
  ])("takes %s as reference", async (_, reference) => {
    const input_reference = await reference();
    const video = await createAndPoll({ model: "sora-2-pro", prompt: "run", input_reference });
    expect(video.status).toBe("completed");
    expect(used()).toEqual(["fal-ai/sora-2/image-to-video/pro"]);
  });

  test("films with any model of fal's", async () => {
    const model = "fal-ai/kling-video/v2.5-turbo/pro/text-to-video";
    const video = await createAndPoll({ model, prompt: "a fox", seconds: "4" });
    expect(video).toMatchObject({ model, status: "completed", seconds: "5" });
    expect(used()).toEqual([model]);
  });

  test("remixes", async () => {
    const { id } = await createAndPoll({ prompt: "a fox" });
    const remix = await client().videos.remix(id, { prompt: "in a storm" });
    expect(remix).toMatchObject({ remixed_from_video_id: id, prompt: "in a storm" });
  });

  test("lists in pages, and deletes", async () => {
    const { videos } = client();
    for (const each of await Array.fromAsync(videos.list({ limit: 2 }))) {
      expect(await videos.delete(each.id)).toMatchObject({ id: each.id, deleted: true });
    }
    const made: string[] = [];
    for (const prompt of ["1", "2", "3"]) made.push((await createAndPoll({ prompt })).id);
    const page = await videos.list({ limit: 2 });
    expect(page.data.map(({ id }) => id)).toEqual([made[2]!, made[1]!]);
    const all = await Array.fromAsync(videos.list({ limit: 2, order: "asc" }));
    expect(all.map(({ id }) => id)).toEqual(made);
    await videos.delete(made[0]!);
    const gone = await videos.retrieve(made[0]!).catch((error: unknown) => error);
    expect(gone).toBeInstanceOf(OpenAI.NotFoundError);
  });

  test("has everything still, when fal has forgotten it", async () => {
    const video = await createAndPoll({ model: "veo3.1-fast", prompt: "a fox" });
    await Bun.sleep(FORGET_MS * 1.5);
    gateway.fal.reset();
    const { videos } = client();
    const { url, ...rest } = (await videos.retrieve(video.id)) as OpenAI7.Video & { url: string };
    expect(rest).toMatchObject({ id: video.id, status: "completed" });
    const content = await (await videos.downloadContent(video.id)).arrayBuffer();
    const linked = await (await fetch(url)).arrayBuffer();
    expect(Buffer.from(content).equals(Buffer.from(linked))).toBe(true);
    expect(gateway.fal.requests).toEqual([]);
  });

  test("throws what names the parameter, and polls a failure to its end", async () => {
    const failure = await client()
      .videos.create({ prompt: "x", seconds: "7" as never })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toMatchObject({ param: "seconds", code: "invalid_value" });
    const video = await createAndPoll({ prompt: "x [sandbox error=content_policy_violation]" });
    expect(video).toMatchObject({
      status: "failed",
      error: { code: "content_policy_violation", message: expect.any(String) },
    });
  });
});

describe("TanStack AI", () => {
  const logger = new Proxy({}, { get: () => () => {} }) as never;
  const adapter = () =>
    createOpenaiVideo("sora-2", CLIENT_KEY, { baseURL: `${gateway.url}/v1`, maxRetries: 0 });

  async function polled(jobId: string) {
    for (;;) {
      const status = await adapter().getVideoStatus(jobId);
      if (status.status === "completed" || status.status === "failed") return status;
      await Bun.sleep(20);
    }
  }

  test("creates, polls and downloads", async () => {
    const { jobId } = await adapter().createVideoJob({
      model: "sora-2",
      prompt: "a fox",
      size: "1280x720",
      duration: 8,
      logger,
    } as never);
    expect(await polled(jobId)).toMatchObject({ jobId, status: "completed", progress: 100 });
    const { url } = await adapter().getVideoUrl(jobId);
    expect(url).toStartWith(`${gateway.url}/files/`);
    expect((await fetch(url)).headers.get("content-type")).toBe("video/mp4");
    expect(used()).toEqual(["fal-ai/sora-2/text-to-video"]);
  });

  test("is told of a failure, and of a job that is none", async () => {
    const prompt = "x [sandbox error=no_media_generated]";
    const { jobId } = await adapter().createVideoJob({ model: "sora-2", prompt, logger } as never);
    const { status, error } = await polled(jobId);
    expect([status, error]).toEqual(["failed", expect.stringContaining("without making anything")]);
    expect(await adapter().getVideoStatus("video_0")).toMatchObject({ error: "Job not found" });
  });
});
