/** A finished video's file and its previews: kept here or at fal, whole or in part. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pictureType } from "../../src/formats/picture.ts";
import { fetched, submitted } from "../support/fal.ts";
import { asBinary, type Gateway, inProcess } from "../support/gateway.ts";
import { filmed, get, good, post, remove, type VideoAnswer } from "../support/videos.ts";

const folder = mkdtempSync(join(tmpdir(), "falgate-videos-"));
let gateway: Gateway;
afterEach(() => gateway.stop());

const content = (id: string, query = "", headers: object = {}) =>
  get(gateway, `/v1/videos/${id}/content${query}`, undefined, headers);

describe.each([
  ["at fal", {}],
  ["on the disk", { MEDIA_STORE: "disk" }],
])("kept %s", (_, env: Record<string, string>) => {
  let video: VideoAnswer;
  let whole: Uint8Array;
  beforeEach(async () => {
    gateway = await asBinary({ env: { DATA_DIR: mkdtempSync(join(folder, "data-")), ...env } });
    video = await filmed(gateway);
    whole = await (await content(video.id)).bytes();
  });

  test("is whole, and a video", async () => {
    const response = await content(video.id);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("video/mp4");
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect(Buffer.from(whole.subarray(4, 8)).toString()).toBe("ftyp");
    const linked = await fetch(video.url!);
    expect(await linked.bytes()).toEqual(whole);
  });

  test("comes in parts, as players ask for them", async () => {
    const size = whole.length;
    const parts: [string, number, number][] = [
      ["bytes=0-99", 0, 99],
      ["bytes=100-", 100, size - 1],
      ["bytes=-100", size - 100, size - 1],
      [`bytes=10-${size + 5}`, 10, size - 1],
    ];
    for (const [range, from, to] of parts) {
      const response = await content(video.id, "", { range });
      expect([range, response.status]).toEqual([range, 206]);
      expect(response.headers.get("content-range")).toBe(`bytes ${from}-${to}/${size}`);
      expect(await response.bytes()).toEqual(whole.slice(from, to + 1));
    }
  });

  test("has no part beyond its end, and more parts than one are the whole", async () => {
    const beyond = await content(video.id, "", { range: "bytes=99999999-" });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${whole.length}`);
    for (const range of ["bytes=0-1,4-5", "items=0-5", "bytes=x-y", "bytes=-"]) {
      const response = await content(video.id, "", { range });
      expect([range, response.status]).toEqual([range, 200]);
      expect(await response.bytes()).toEqual(whole);
    }
  });

  test("its thumbnail is taken out once, whoever asks", async () => {
    gateway.fal.reset();
    const asked = Array.from({ length: 5 }, () => content(video.id, "?variant=thumbnail"));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const pictures = await Promise.all(answers.map((answer) => answer.bytes()));
    expect(pictureType(pictures[0]!.slice(0, 16))).toBe(answers[0]!.headers.get("content-type")!);
    for (const picture of pictures) expect(picture).toEqual(pictures[0]!);
    expect(submitted(gateway.fal)).toEqual([
      {
        method: "POST",
        path: "/queue/fal-ai/ffmpeg-api/extract-frame",
        body: { video_url: expect.stringMatching(/\.mp4$/), frame_type: "first" },
      },
    ]);
  });
});

test("what is kept is not fetched from fal again", async () => {
  gateway = await asBinary({ env: { MEDIA_STORE: "disk" } });
  const { id, url } = await filmed(gateway);
  expect(url).toStartWith(`${gateway.url}/files/`);
  gateway.fal.reset();
  await (await content(id)).bytes();
  await (await content(id, "", { range: "bytes=0-9" })).bytes();
  expect(fetched(gateway.fal)).toEqual([]);
});

describe("in this process", () => {
  beforeEach(async () => {
    gateway = await inProcess({ env: { RECONCILE_TIME: "0" } });
  });

  test("a model's own thumbnail and spritesheet cost nothing", async () => {
    const { id } = await filmed(gateway, { model: "sora-2" });
    for (const variant of ["thumbnail", "spritesheet"]) {
      const response = await content(id, `?variant=${variant}`);
      expect([variant, response.status]).toEqual([variant, 200]);
      expect(response.headers.get("content-type")).toBe("image/webp");
      expect(pictureType((await response.bytes()).slice(0, 16))).toBe("image/webp");
    }
    expect(submitted(gateway.fal)).toHaveLength(1);
  });

  test("what fal has dropped is gone, and kept by who keeps it", async () => {
    const { id } = await filmed(gateway);
    gateway.fal.update({ mediaGone: true });
    for (const headers of [{}, { range: "bytes=0-9" }]) {
      const response = await content(id, "", headers);
      expect([response.status, response.headers.get("x-should-retry")]).toEqual([410, "false"]);
      expect(await response.json()).toEqual({
        error: {
          message:
            "This file is gone: fal has dropped it, and the gateway has not kept it. With MEDIA_STORE it keeps files itself, for MEDIA_RETENTION days.",
          type: "invalid_request_error",
          param: null,
          code: "file_gone",
        },
      });
    }
    gateway.fal.update({ mediaGone: undefined });
    expect((await content(id)).status).toBe(200);
  });

  test("no spritesheet is made", async () => {
    const { id } = await filmed(gateway);
    const response = await content(id, "?variant=spritesheet");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: "variant", code: "unsupported_variant" },
    });
    expect(submitted(gateway.fal)).toHaveLength(1);
  });

  test("another variant is refused", async () => {
    const { id } = await filmed(gateway);
    const response = await content(id, "?variant=gif");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "variant" } });
  });

  test("a thumbnail that failed is tried again for the next who asks, three times in all", async () => {
    const { id } = await filmed(gateway);
    gateway.fal.update({
      retired: ["fal-ai/ffmpeg-api/*", "fal-ai/workflow-utilities/*"],
    });
    const thumbnail = async () => (await content(id, "?variant=thumbnail")).status;
    expect(await thumbnail()).toBeGreaterThanOrEqual(400);
    gateway.fal.update({ retired: [] });
    expect(await thumbnail()).toBe(200);
    expect(await thumbnail()).toBe(200);
  });

  test("what is not finished, or failed, has no content", async () => {
    const asked = { model: "veo3.1-fast", prompt: "a fox [sandbox queue=1m]" };
    const { id } = await good<VideoAnswer>(post(gateway, "/v1/videos", asked));
    const early = await content(id);
    expect(early.status).toBe(400);
    expect(await early.json()).toMatchObject({ error: { code: "not_finished", param: "id" } });
    const failed = await filmed(gateway, { prompt: "x [sandbox error=no_media_generated]" });
    const none = await content(failed.id);
    expect(none.status).toBe(422);
    expect(await none.json()).toMatchObject({ error: { code: "no_media_generated" } });
  });

  test("a deleted video's thumbnail is gone too", async () => {
    const { id } = await filmed(gateway);
    await content(id, "?variant=thumbnail");
    await good(remove(gateway, `/v1/videos/${id}`));
    const { data } = await good<{ data: unknown[] }>(get(gateway, "/v1/tasks"));
    expect(data).toEqual([]);
  });
});

test("nothing lies about", () => rmSync(folder, { recursive: true }));
