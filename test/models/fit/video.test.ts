/** Requests to film, and the exact input that each model is sent. */
import { describe, expect, test } from "bun:test";
import { builtinCatalog } from "../../../src/models/catalog.ts";
import { chooseVideo, fitVideo, type VideoRequest } from "../../../src/models/fit/video.ts";
import { secondsOf } from "../../../src/models/fit/duration.ts";
import { createDictionary } from "../../../src/models/resolve.ts";
import { remixSibling } from "../../../src/models/siblings.ts";
import { ApiError } from "../../../src/openai/error.ts";

const catalog = builtinCatalog();
const dictionary = createDictionary({ catalog });

const [A, B, C] = ["https://x/a.png", "https://x/b.png", "data:image/png;base64,AAAA"] as const;

function fit(name: string, request: Partial<VideoRequest>) {
  const model = dictionary.resolve(name)!;
  const pictures = request.images?.length ?? 0;
  const [endpoint] = chooseVideo(model, pictures, { role: request.role });
  const fitted = fitVideo({ prompt: "a fox", ...request }, endpoint!, model.alias?.defaults);
  expect(fitted.calls.map((call) => call.pictures)).toEqual([1]);
  const { prompt, ...input } = fitted.calls[0]!.input;
  expect(prompt).toBe("a fox");
  return { id: endpoint!.id, input, adjusted: fitted.adjusted };
}

function refusal(name: string, request: Partial<VideoRequest>) {
  try {
    fit(name, request);
  } catch (error) {
    if (error instanceof ApiError) return [error.status, error.param, error.message];
    throw error;
  }
  return undefined;
}

const VEO = "fal-ai/veo3.1";
const SEEDANCE = "fal-ai/bytedance/seedance/v1/pro";

describe("contract 5.1, each name", () => {
  const request = { aspect_ratio: "16:9", enhance_prompt: true } as const;
  const frames = { first_frame_url: A, last_frame_url: B, aspect_ratio: "16:9" };
  const first = { image_url: A, aspect_ratio: "16:9" };
  const list = { image_urls: [A, B, C], aspect_ratio: "16:9" };
  const words = { aspect_ratio: "16:9" };
  const silent = { generate_audio: false };
  const sharp = { resolution: "1080p" };

  test.each<[string, number, string, Record<string, unknown>]>([
    ["veo2", 0, "fal-ai/veo2", { ...words, enhance_prompt: true }],
    ["veo2", 2, `${VEO}/lite/first-last-frame-to-video`, { ...silent, ...frames }],
    ["veo2-fast", 0, "fal-ai/veo2", { ...words, enhance_prompt: true }],
    ["veo2-pro", 2, `${VEO}/first-last-frame-to-video`, { ...silent, ...frames }],
    ["veo2-fast-frames", 0, `${VEO}/fast`, { ...silent, ...words }],
    ["veo2-fast-frames", 1, `${VEO}/fast/image-to-video`, { ...silent, ...first }],
    ["veo2-fast-frames", 2, `${VEO}/fast/first-last-frame-to-video`, { ...silent, ...frames }],
    ["veo2-fast-components", 3, `${VEO}/reference-to-video`, { ...silent, ...list }],
    ["veo2-pro-components", 3, `${VEO}/reference-to-video`, { ...silent, ...list }],
    ["veo3", 0, "fal-ai/veo3", words],
    ["veo3", 1, "fal-ai/veo3/image-to-video", first],
    ["veo3-fast", 0, "fal-ai/veo3/fast", words],
    ["veo3-fast", 2, `${VEO}/fast/first-last-frame-to-video`, frames],
    ["veo3-fast-frames", 1, `${VEO}/fast/image-to-video`, first],
    ["veo3-fast-frames", 2, `${VEO}/fast/first-last-frame-to-video`, frames],
    ["veo3-frames", 1, `${VEO}/image-to-video`, first],
    ["veo3-frames", 2, `${VEO}/first-last-frame-to-video`, frames],
    ["veo3-pro", 0, "fal-ai/veo3", { ...sharp, ...words }],
    ["veo3-pro-frames", 1, "fal-ai/veo3/image-to-video", { ...sharp, ...first }],
    ["veo3.1", 0, VEO, words],
    ["veo3.1", 2, `${VEO}/first-last-frame-to-video`, frames],
    ["veo3.1", 3, `${VEO}/reference-to-video`, list],
    ["veo3.1-fast", 1, `${VEO}/fast/image-to-video`, first],
    ["veo3.1-pro", 1, `${VEO}/image-to-video`, { ...sharp, ...first }],
    ["veo3.1-components", 3, `${VEO}/reference-to-video`, list],
  ])("%s with %d pictures", (name, pictures, id, input) => {
    const images = [A, B, C].slice(0, pictures);
    expect(fit(name, { ...request, images })).toStrictEqual({ id, input, adjusted: [] });
  });

  test("a model without a ratio says that it was left out", () => {
    expect(fit("veo2", { ...request, images: [A] })).toStrictEqual({
      id: "fal-ai/veo2/image-to-video",
      input: { image_url: A },
      adjusted: ["aspect_ratio 16:9 was left out: this model has one size"],
    });
  });

  test("one picture of components is material too", () => {
    expect(fit("veo3.1-components", { images: [A] }).input).toStrictEqual({ image_urls: [A] });
    expect(fit("veo3.1", { images: [A, B], role: "references" }).input).toStrictEqual({
      image_urls: [A, B],
    });
  });

  test.each([
    ["veo2-fast-frames", 3, "takes up to 2 pictures; the request has 3"],
    ["veo3-fast-frames", 0, "takes 1 to 2 pictures; the request has 0"],
    ["veo3-fast-frames", 3, "takes 1 to 2 pictures; the request has 3"],
    ["veo3-frames", 3, "takes 1 to 2 pictures; the request has 3"],
    ["veo3-pro-frames", 0, "takes 1 picture; the request has 0"],
    ["veo3-pro-frames", 2, "takes 1 picture; the request has 2"],
    ["veo2-pro-components", 0, "takes 1 to 3 pictures; the request has 0"],
    ["veo3.1-components", 4, "takes 1 to 3 pictures; the request has 4"],
    ["veo3.1", 4, "takes up to 3 pictures; the request has 4"],
    ["veo3", 3, "takes up to 2 pictures; the request has 3"],
    ["sora-2", 2, "takes up to 1 picture; the request has 2"],
    ["fal-ai/mochi-v1", 1, "takes no pictures; the request has 1"],
  ])("%s refuses %d pictures", (name, pictures, words) => {
    const images = Array<string>(pictures).fill(A);
    const [status, param, message] = refusal(name, { images }) ?? [];
    expect([status, param]).toEqual([400, "images"]);
    expect(message).toContain(words);
  });
});

describe("contracts 5.2 and 5.3: Jimeng", () => {
  test.each<[Partial<VideoRequest>, string, Record<string, unknown>, string[]]>([
    [
      { duration: 5, aspect_ratio: "21:9", extra: { cfg_scale: 0.5 } },
      "text-to-video",
      { duration: "5", aspect_ratio: "21:9" },
      [],
    ],
    [
      { duration: "10", aspect_ratio: "3:4", images: [A] },
      "image-to-video",
      { image_url: A, duration: "10", aspect_ratio: "3:4" },
      [],
    ],
    [
      { aspect_ratio: "2:3", size: "720P" },
      "text-to-video",
      { resolution: "720p", aspect_ratio: "3:4" },
      ["aspect_ratio 2:3 became aspect_ratio 3:4"],
    ],
    [
      { aspect_ratio: "3:2", size: "720P", images: [A, B] },
      "image-to-video",
      { image_url: A, end_image_url: B, resolution: "720p", aspect_ratio: "4:3" },
      ["aspect_ratio 3:2 became aspect_ratio 4:3"],
    ],
    [
      { aspect_ratio: "1:1", size: "1080P" },
      "text-to-video",
      { resolution: "1080p", aspect_ratio: "1:1" },
      [],
    ],
  ])("%j", (request, path, input, adjusted) => {
    expect(fit("jimeng-video-3.0", request)).toStrictEqual({
      id: `${SEEDANCE}/${path}`,
      input,
      adjusted,
    });
  });
});

describe("OpenAI's videos", () => {
  test.each<[string, Partial<VideoRequest>, Record<string, unknown>, string[]]>([
    [
      "sora-2",
      { seconds: "8", size: "1280x720", nearest: true },
      { duration: 8, aspect_ratio: "16:9" },
      [],
    ],
    [
      "sora-2-pro",
      { seconds: "12", size: "1024x1792", nearest: true },
      { duration: 12, aspect_ratio: "9:16", resolution: "1080p" },
      ["size 1024x1792 became aspect_ratio 9:16"],
    ],
    [
      "veo3.1",
      { seconds: "12", size: "720x1280", nearest: true },
      { duration: "8s", aspect_ratio: "9:16", resolution: "720p" },
      ["seconds 12 became duration 8s"],
    ],
    [
      "fal-ai/kling-video/v2.5-turbo/pro/text-to-video",
      { seconds: 8, size: "1280x720", nearest: true },
      { duration: "10", aspect_ratio: "16:9" },
      ["seconds 8 became duration 10"],
    ],
    [
      "fal-ai/minimax/video-01",
      { seconds: "8", size: "1280x720", nearest: true },
      {},
      [
        "seconds 8 was left out: this model has one length",
        "size 1280x720 was left out: this model has one size",
      ],
    ],
  ])("%s, %j", (name, request, input, adjusted) => {
    const fitted = fit(name, request);
    expect([fitted.input, fitted.adjusted]).toStrictEqual([input, adjusted]);
  });
});

test.each<[string, number, Record<string, unknown>, Record<string, unknown>]>([
  [
    "fal-ai/wan-effects",
    1,
    { subject: "a fox", effect_type: "squish" },
    { image_url: A, subject: "a fox", effect_type: "squish" },
  ],
  [
    "fal-ai/ltx-2-19b/image-to-video/lora",
    1,
    { loras: [{ path: "x" }] },
    { image_url: A, loras: [{ path: "x" }] },
  ],
])("%s takes %d pictures although it needs words of its own", (name, pictures, extra, input) => {
  const model = dictionary.resolve(name)!;
  const images = [A, B, C].slice(0, pictures);
  const [endpoint] = chooseVideo(model, pictures);
  const { calls } = fitVideo({ prompt: "a fox", images, extra }, endpoint!);
  expect([endpoint!.id, calls[0]!.input]).toEqual([name, expect.objectContaining(input)]);
});

test.each<[Record<string, unknown>, number | undefined]>([
  [{ duration: "8s" }, 8],
  [{ duration: 5 }, 5],
  [{ duration_seconds: 4.5 }, 4.5],
  [{ num_frames: 81, frames_per_second: 16 }, 5],
  [{ num_frames: 97 }, 4],
  [{ duration: "auto" }, undefined],
  [{ prompt: "a fox" }, undefined],
])("%j says a length of %p", (input, seconds) => {
  expect(secondsOf(input)).toBe(seconds);
});

test.each([
  ["fal-ai/kling-video/o3/pro/text-to-video", "fal-ai/kling-video/o3/pro/video-to-video/edit"],
  ["fal-ai/wan/v2.7/text-to-video", "fal-ai/wan/v2.7/edit-video"],
  ["fal-ai/wan/v2.2-a14b/text-to-video", "fal-ai/wan/v2.2-a14b/video-to-video"],
  ["xai/grok-imagine-video/text-to-video", "xai/grok-imagine-video/edit-video"],
  ["decart/lucy-edit/dev", "decart/lucy-edit/dev"],
  ["fal-ai/veo3.1", undefined],
  ["fal-ai/mochi-v1", undefined],
])("a video of %s is changed by %p", (id, sibling) => {
  const found = remixSibling((name) => catalog.get(name), catalog.get(id)!);
  expect(found?.id).toBe(sibling);
});

describe("length", () => {
  test.each<[string, string | number, Record<string, unknown>]>([
    ["fal-ai/kling-video/v2.1/master/text-to-video", 5, { duration: "5" }],
    ["fal-ai/kling-video/v2.1/master/text-to-video", "10s", { duration: "10" }],
    ["fal-ai/veo3.1", 4, { duration: "4s" }],
    ["fal-ai/veo3.1", "6s", { duration: "6s" }],
    ["fal-ai/luma-dream-machine/ray-2", "9", { duration: "9s" }],
    [`${SEEDANCE}/text-to-video`, "auto", {}],
    ["fal-ai/ltx-2/text-to-video", "6", { duration: 6 }],
    ["fal-ai/vidu/q2/text-to-video", 3, { duration: 3 }],
    ["xai/grok-imagine-video/text-to-video", "6", { duration: 6 }],
    ["fal-ai/kandinsky5-pro/text-to-video", 5, { duration: "5s" }],
    ["fal-ai/wan/v2.2-a14b/text-to-video", 5, { num_frames: 81, frames_per_second: 16 }],
    ["fal-ai/ltx-2-19b/text-to-video", 5, { num_frames: 121, fps: 24 }],
    ["fal-ai/ltx-video-13b-dev", "4", { num_frames: 97, frame_rate: 24 }],
    ["fal-ai/hunyuan-video-lora", 5, { num_frames: 129 }],
    ["fal-ai/mochi-v1", "auto", {}],
  ])("%s, %j", (name, duration, input) => {
    expect(fit(name, { duration }).input).toStrictEqual(input);
  });

  test("frames count at the rate that the client asks for", () => {
    const { input } = fit("fal-ai/ltx-2-19b/text-to-video", { duration: 5, fps: 48 });
    expect(input).toStrictEqual({ fps: 48, num_frames: 241 });
  });

  test("a number of frames that is nearly it is said", () => {
    expect(fit("fal-ai/hunyuan-video-lora", { duration: 5 }).adjusted).toEqual([
      "duration 5 became num_frames 129",
    ]);
  });

  test.each<[string, Partial<VideoRequest>, string, string]>([
    ["veo3.1", { seconds: 5 }, "seconds", "takes 4s, 6s, 8s"],
    ["jimeng-video-3.0", { duration: 20 }, "duration", "takes 2, 3, 4, 5"],
    ["veo3.1-components", { images: [A], duration: 4 }, "duration", "takes 8s"],
    ["fal-ai/mochi-v1", { duration: 5 }, "duration", "one length only"],
    ["veo3.1", { seconds: "soon", nearest: true }, "seconds", "write seconds"],
    ["veo3.1", { seconds: 0, nearest: true }, "seconds", "write seconds"],
    ["veo3.1", { duration: -5 }, "duration", "write seconds"],
    ["veo3.1", { duration: "1e9" }, "duration", "write seconds"],
  ])("%s refuses %j", (name, request, param, words) => {
    const [status, named, message] = refusal(name, request) ?? [];
    expect([status, named]).toEqual([400, param]);
    expect(message).toContain(words);
  });
});

test.each<[string, Partial<VideoRequest>, Record<string, unknown>]>([
  ["veo3.1", { resolution: "1080P" }, { resolution: "1080p" }],
  ["veo3.1", { orientation: "portrait" }, { aspect_ratio: "9:16" }],
  [
    "veo3.1",
    { size: "1280x720", aspect_ratio: "9:16" },
    { aspect_ratio: "9:16", resolution: "720p" },
  ],
  ["veo3.1", { seed: 7, negative_prompt: "rain" }, { negative_prompt: "rain", seed: 7 }],
  [
    "veo3.1",
    { generate_audio: false, extra: { auto_fix: "true" } },
    { generate_audio: false, auto_fix: true },
  ],
  ["fal-ai/vidu/q3/text-to-video", { generate_audio: false }, { audio: false }],
  ["fal-ai/pixverse/v5.5/text-to-video", { generate_audio: true }, { generate_audio_switch: true }],
  ["fal-ai/wan/v2.7/text-to-video", { enhance_prompt: false }, { enable_prompt_expansion: false }],
  [
    "fal-ai/wan/v2.2-a14b/text-to-video",
    { enhance_prompt: true, fps: 24 },
    { frames_per_second: 24, enable_prompt_expansion: true },
  ],
  [
    "fal-ai/ltx-2/text-to-video",
    { fps: 50, resolution: "2160p" },
    { fps: 50, resolution: "2160p" },
  ],
  ["fal-ai/cogvideox-5b", { size: "1280x720" }, { video_size: { width: 1280, height: 720 } }],
  ["fal-ai/cogvideox-5b", { aspect_ratio: "9:16" }, { video_size: "portrait_16_9" }],
  ["moonvalley/marey/t2v", { size: "1920x1080" }, { dimensions: "1920x1080" }],
  ["fal-ai/veo3.1/extend-video", { video: "https://x/v.mp4" }, { video_url: "https://x/v.mp4" }],
  [
    "wan/v2.6/reference-to-video",
    { video: "https://x/v.mp4" },
    { video_urls: ["https://x/v.mp4"] },
  ],
  [
    "fal-ai/ltx-video-v095/extend",
    { video: "https://x/v.mp4" },
    { video: { video_url: "https://x/v.mp4" } },
  ],
  [
    "fal-ai/kling-video/v3/pro/image-to-video",
    { images: [A, B] },
    { start_image_url: A, end_image_url: B },
  ],
  [
    "fal-ai/kling-video/v2.5-turbo/pro/text-to-video",
    { images: [A, B] },
    { image_url: A, tail_image_url: B },
  ],
  [
    "fal-ai/pixverse/v5/text-to-video",
    { images: [A, B] },
    { first_image_url: A, end_image_url: B },
  ],
  ["fal-ai/vidu/reference-to-video", { images: [A, B] }, { reference_image_urls: [A, B] }],
  ["fal-ai/kling-video/v1.6/pro/elements", { images: [A, B] }, { input_image_urls: [A, B] }],
  [
    "fal-ai/stable-avatar",
    { images: [A], audio: "https://x/s.mp3" },
    { image_url: A, audio_url: "https://x/s.mp3" },
  ],
])("%s, %j", (name, request, input) => {
  expect(fit(name, request).input).toStrictEqual(input);
});

test.each<[string, Partial<VideoRequest>, string]>([
  ["veo3.1", { prompt: "" }, "prompt"],
  ["veo3.1", { resolution: "480p" }, "resolution"],
  ["veo3.1", { aspect_ratio: "wide" }, "aspect_ratio"],
  ["veo3.1", { aspect_ratio: "21:9", exact: true }, "aspect_ratio"],
  ["jimeng-video-3.0", { aspect_ratio: "2:3", exact: true }, "aspect_ratio"],
  ["veo3.1", { orientation: "upright" }, "orientation"],
  ["veo3.1", { size: "huge" }, "size"],
  ["veo3.1", { seed: 1.5 }, "seed"],
  ["veo3.1", { video: "https://x/v.mp4" }, "video"],
  ["veo3.1", { audio: "https://x/v.mp3" }, "audio"],
  [
    "veo3.1",
    { enhance_prompt: "maybe" as never, generate_audio: "maybe" as never },
    "generate_audio",
  ],
  ["fal-ai/veo3.1/extend-video", {}, "video"],
  ["fal-ai/veo3.1/image-to-video", {}, "images"],
  ["fal-ai/ltx-2/text-to-video", { fps: 30 }, "fps"],
])("%s refuses %j, naming %s", (name, request, param) => {
  expect(refusal(name, request)?.slice(0, 2)).toEqual([400, param]);
});

test("pictures are named as the client names them", () => {
  const endpoint = catalog.get("fal-ai/veo3.1/image-to-video")!;
  const request = { prompt: "a fox", images: [A, B], imagesParam: "input_reference" };
  expect(() => fitVideo(request, endpoint)).toThrow(
    expect.objectContaining({ status: 400, param: "input_reference" }),
  );
});

test.each([
  ["fal-ai/kling-video/v3/pro/text-to-video", "image-to-video", "image-to-video", undefined],
  ["fal-ai/veo3.1", "image-to-video", "first-last-frame-to-video", "reference-to-video"],
  ["fal-ai/veo3.1/image-to-video", "image-to-video", "first-last-frame-to-video", undefined],
  ["fal-ai/veo3.1/reference-to-video", undefined, undefined, "reference-to-video"],
  ["fal-ai/vidu/q1/text-to-video", "image-to-video", "start-end-to-video", "reference-to-video"],
  ["fal-ai/wan-t2v", "wan-i2v", "wan-flf2v", undefined],
  ["fal-ai/pixverse/v6/text-to-video", "image-to-video", "transition", undefined],
])("pictures for %s go to its siblings", (name, first, frames, references) => {
  const company = dictionary.resolve(name)!.with;
  const last = (ids?: readonly { id: string }[]) => ids?.[0]?.id.split("/").at(-1);
  expect([company.first, company.frames, company.references].map(last)).toEqual([
    first,
    frames,
    references,
  ]);
});
