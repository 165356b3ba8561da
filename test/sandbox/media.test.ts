/** Outputs are real files of the size and format asked for. */
import { afterAll, describe, expect, test } from "bun:test";
import { type Json, post, quick } from "./support.ts";

const sandbox = quick();
afterAll(() => sandbox.stop());

async function run(endpoint: string, input: Json): Promise<Json> {
  const { status, body } = await post(`${sandbox.runUrl}/${endpoint}`, {
    prompt: "a cat",
    ...input,
  });
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

async function measure(url: string) {
  const response = await fetch(url);
  const { width, height, format } = await new Bun.Image(await response.bytes()).metadata();
  return { size: `${width}x${height}`, format, type: response.headers.get("content-type") };
}

describe("sizes", () => {
  const table: readonly (readonly [string, Json, string])[] = [
    ["fal-ai/flux/dev", {}, "1024x768"],
    ["fal-ai/flux/dev", { image_size: "square_hd" }, "1024x1024"],
    ["fal-ai/flux/dev", { image_size: "square" }, "512x512"],
    ["fal-ai/flux/dev", { image_size: "portrait_16_9" }, "576x1024"],
    ["fal-ai/flux/dev", { image_size: { width: 321, height: 123 } }, "321x123"],
    ["fal-ai/gpt-image-1/text-to-image", { image_size: "1024x1536" }, "1024x1536"],
    ["fal-ai/nano-banana", { aspect_ratio: "1:1" }, "1024x1024"],
    ["fal-ai/nano-banana", { aspect_ratio: "16:9" }, "1360x768"],
    ["fal-ai/nano-banana-pro", { aspect_ratio: "1:1", resolution: "2K" }, "2048x2048"],
    ["fal-ai/flux-pro/v1.1-ultra", { aspect_ratio: "9:16" }, "1536x2736"],
    ["fal-ai/flux-pro/v1.1-ultra", {}, "2736x1536"],
  ];
  for (const [endpoint, input, size] of table) {
    test(`${endpoint} ${JSON.stringify(input)} -> ${size}`, async () => {
      const { images } = await run(endpoint, input);
      expect(`${images[0].width}x${images[0].height}`).toBe(size);
      expect((await measure(images[0].url)).size).toBe(size);
    });
  }
});

describe("formats", () => {
  for (const format of ["png", "jpeg", "webp"]) {
    test(format, async () => {
      const { images } = await run("fal-ai/gpt-image-1/text-to-image", { output_format: format });
      const [image] = images;
      expect(image.content_type).toBe(`image/${format}`);
      expect(await measure(image.url)).toMatchObject({ format, type: `image/${format}` });
      const length = (await fetch(image.url, { method: "HEAD" })).headers.get("content-length");
      expect(Number(length)).toBe(image.file_size);
      expect(image.url).toEndWith(image.file_name);
    });
  }

  test("sync_mode gives the picture itself", async () => {
    const { images } = await run("fal-ai/flux/dev", { sync_mode: true, image_size: "square" });
    const bytes = Buffer.from(images[0].url.split(",")[1], "base64");
    expect(await new Bun.Image(bytes).metadata()).toMatchObject({ width: 512, height: 512 });
  });
});

describe("pictures", () => {
  test("FLUX's whole output", async () => {
    const body = await run("fal-ai/flux/dev", { prompt: "a [sandbox logs=1] cat", seed: 7 });
    expect(body).toEqual({
      images: [{ url: expect.any(String), width: 1024, height: 768, content_type: "image/jpeg" }],
      timings: { inference: expect.any(Number) },
      seed: 7,
      has_nsfw_concepts: [false],
      prompt: "a cat",
    });
  });

  test("the same seed draws the same, another draws another", async () => {
    const draw = async (seed: number) => {
      const { images } = await run("fal-ai/flux/dev", { seed });
      return Bun.hash(await (await fetch(images[0].url)).bytes());
    };
    expect(await draw(1)).toBe(await draw(1));
    expect(await draw(1)).not.toBe(await draw(2));
  });

  test("num_images differ", async () => {
    const { images } = await run("fal-ai/nano-banana", { num_images: 3 });
    expect(new Set(images.map((image: Json) => image["url"])).size).toBe(3);
  });

  test("a single image, and a description", async () => {
    const inline = await tiny(40, 30);
    const { image } = await run("fal-ai/topaz/upscale/image", {
      image_url: inline,
      upscale_factor: 3,
    });
    expect((await measure(image.url)).size).toBe("120x90");
    const told = await run("fal-ai/nano-banana", {
      prompt: 'x [sandbox description="a blue door"]',
    });
    expect(told["description"]).toBe("a blue door");
  });
});

async function tiny(width: number, height: number) {
  const { images } = await run("fal-ai/flux/dev", {
    image_size: { width, height },
    sync_mode: true,
  });
  return images[0].url as string;
}

describe("input media", () => {
  const edit = "fal-ai/flux/dev/image-to-image";

  test("an edit keeps the size of a data URL, of a file here, and does without one elsewhere", async () => {
    const inline = await run(edit, { image_url: await tiny(90, 60) });
    expect(inline["images"][0]).toMatchObject({ width: 90, height: 60 });
    const here = await run(edit, { image_url: inline["images"][0].url });
    expect(here["images"][0]).toMatchObject({ width: 90, height: 60 });
    const elsewhere = await run(edit, { image_url: "https://example.com/a.png" });
    expect(elsewhere["images"]).toHaveLength(1);
  });

  const broken = [
    ["data:image/png;base64,aGVsbG8=", "image_load_error"],
    [`${sandbox.url}/files/u/none/a.png`, "file_download_error"],
    ["http://192.168.1.2/a.png", "file_download_error"],
    ["http://localhost:3001/a.png", "file_download_error"],
    ["https://nowhere.invalid/a.png", "file_download_error"],
    ["not an address", "file_download_error"],
  ] as const;
  for (const [image_url, type] of broken) {
    test(`${image_url} -> ${type}`, async () => {
      const input = { prompt: "a", image_url };
      const { status, body } = await post(`${sandbox.runUrl}/${edit}`, input);
      expect(status).toBe(422);
      expect(body["detail"][0]).toMatchObject({
        type,
        loc: ["body", "image_url"],
        input: image_url,
      });
    });
  }

  test("in a list the broken one is named", async () => {
    const image_urls = [await tiny(9, 9), "data:,"];
    const input = { prompt: "a", image_urls };
    const { body } = await post(`${sandbox.runUrl}/fal-ai/nano-banana/edit`, input);
    expect(body["detail"][0].loc).toEqual(["body", "image_urls", 1]);
  });
});

describe("films and sounds", () => {
  const films = [
    [{}, 320, 180],
    [{ aspect_ratio: "9:16" }, 180, 320],
    [{ aspect_ratio: "1:1" }, 240, 240],
  ] as const;
  for (const [input, width, height] of films) {
    test(`film ${JSON.stringify(input)}`, async () => {
      const { video } = await run("fal-ai/kling-video/v2.5-turbo/pro/text-to-video", input);
      expect(video).toMatchObject({ content_type: "video/mp4", width, height });
      const bytes = await (await fetch(video.url)).bytes();
      expect(bytes.length).toBe(video.file_size);
      expect(new TextDecoder().decode(bytes.slice(4, 8))).toBe("ftyp");
    });
  }

  const sounds = [
    ["fal-ai/kokoro/american-english", {}, "audio/wav", "RIFF"],
    ["fal-ai/elevenlabs/tts/turbo-v2.5", { text: "hello" }, "audio/mpeg", ""],
    ["fal-ai/minimax/speech-2.6-hd", { audio_setting: { format: "flac" } }, "audio/flac", "fLaC"],
    ["fal-ai/gemini-tts", { output_format: "ogg_opus" }, "audio/ogg", "OggS"],
  ] as const;
  for (const [endpoint, input, type, magic] of sounds) {
    test(`${endpoint} ${type}`, async () => {
      const { audio } = await run(endpoint, input);
      const response = await fetch(audio.url);
      const bytes = await response.bytes();
      expect(response.headers.get("content-type")).toBe(type);
      expect(audio).toMatchObject({ content_type: type, file_size: bytes.length });
      expect(new TextDecoder().decode(bytes.slice(0, 4))).toStartWith(magic);
    });
  }
});

describe("ranges", () => {
  const table = [
    ["bytes=0-3", 206, "bytes 0-3/", 4],
    ["bytes=-5", 206, "", 5],
    ["bytes=99999999-", 416, "bytes */", 0],
    ["bytes=a-b", 200, "", -1],
  ] as const;
  for (const [range, status, content, length] of table) {
    test(range, async () => {
      const { video } = await run("fal-ai/veo3.1", {});
      const response = await fetch(video.url, { headers: { range } });
      expect(response.status).toBe(status);
      expect(response.headers.get("content-range") ?? "").toStartWith(content);
      const expected = length < 0 ? video.file_size : length;
      expect((await response.bytes()).length).toBe(expected);
    });
  }
});

test("a slow file comes in pieces, and is whole", async () => {
  const { video } = await run("fal-ai/veo3.1", {});
  const whole = await (await fetch(video.url)).bytes();
  sandbox.update({ mediaTime: 40 });
  const pieces = await Array.fromAsync((await fetch(video.url)).body!);
  sandbox.update({ mediaTime: undefined });
  expect(pieces.length).toBeGreaterThan(1);
  expect(Buffer.concat(pieces).equals(whole)).toBe(true);
});

describe("text", () => {
  test("whisper, wizper and elevenlabs, each in its own way", async () => {
    const audio_url = "https://example.com/a.mp3";
    const whisper = await run("fal-ai/whisper", { audio_url, chunk_level: "word" });
    expect(whisper["chunks"][1]).toEqual({ text: "is", timestamp: [0.4, 0.8], speaker: null });
    expect(whisper["inferred_languages"]).toEqual(["en"]);
    const wizper = await run("fal-ai/wizper", { audio_url, language: "fr" });
    expect(wizper["languages"]).toEqual(["fr"]);
    expect(wizper["chunks"]).toHaveLength(2);
    const eleven = await run("fal-ai/elevenlabs/speech-to-text", { audio_url });
    expect(eleven["words"][1]).toMatchObject({ text: " ", type: "spacing" });
    expect(eleven["language_code"]).toBe("eng");
    expect(eleven["words"].map((word: Json) => word["text"]).join("")).toBe(eleven["text"]);
  });
});

test("a file here is known under either name of this machine", async () => {
  const { images } = await run("fal-ai/flux/dev", { image_size: { width: 70, height: 50 } });
  const image_url = images[0].url.replace("127.0.0.1", "localhost");
  const edited = await run("fal-ai/flux/dev/image-to-image", { image_url });
  expect(edited["images"][0]).toMatchObject({ width: 70, height: 50 });
});
