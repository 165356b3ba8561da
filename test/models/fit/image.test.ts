/** Requests in OpenAI's words, and the exact input that each model is sent. */
import { describe, expect, test } from "bun:test";
import { builtinCatalog } from "../../../src/models/catalog.ts";
import { fitImage, type ImageRequest } from "../../../src/models/fit/image.ts";
import { modality } from "../../../src/models/modality.ts";
import { createDictionary } from "../../../src/models/resolve.ts";
import { ApiError } from "../../../src/openai/error.ts";
import { faults } from "./faults.ts";

const catalog = builtinCatalog();
const dictionary = createDictionary({ catalog });

function fit(name: string, request: Partial<ImageRequest>) {
  const model = dictionary.resolve(name)!;
  return fitImage({ prompt: "a fox", ...request }, model.endpoints[0]!, model.alias?.defaults);
}

/** The one call's input, without the prompt. */
function input(name: string, request: Partial<ImageRequest>) {
  const { calls } = fit(name, request);
  expect(calls.length).toBe(1);
  const { prompt, ...rest } = calls[0]!.input;
  expect(prompt).toBe("a fox");
  return rest;
}

function refusal(name: string, request: Partial<ImageRequest>) {
  try {
    fit(name, request);
  } catch (error) {
    if (error instanceof ApiError) return [error.status, error.param];
    throw error;
  }
  return undefined;
}

describe("every picture alias, a typical request", () => {
  const typical = {
    n: 2,
    size: "1536x1024",
    quality: "high",
    output_format: "png",
    background: "transparent",
    seed: 7,
    negative_prompt: "rain",
    response_format: "url",
  } as Partial<ImageRequest>;
  const exact = { image_size: { width: 1536, height: 1024 } };
  const gpt = {
    image_size: "1536x1024",
    quality: "high",
    output_format: "png",
    background: "transparent",
    num_images: 2,
  };
  const imagen = { aspect_ratio: "4:3", output_format: "png", seed: 7, num_images: 2 };
  const flux = { ...exact, output_format: "png", seed: 7, num_images: 2 };
  const banana = { aspect_ratio: "3:2", output_format: "png", seed: 7, num_images: 2 };

  const expected: Record<string, Record<string, unknown>[]> = {
    "imagen4-preview": [{ ...imagen, resolution: "1K" }],
    "imagen4-fast": [imagen],
    "imagen4-ultra": [{ ...imagen, resolution: "1K" }],
    "Flux 1.1 Pro Ultra": [banana],
    "flux-1.1-ultra": [banana],
    "flux-1.1-pro": [flux],
    "flux-dev": [flux],
    "flux-schnell": [flux],
    "flux-kontext": [banana],
    "recraft-v3": [exact, exact],
    "ideogram-v2": [
      { aspect_ratio: "3:2", negative_prompt: "rain", seed: 7 },
      { aspect_ratio: "3:2", negative_prompt: "rain", seed: 8 },
    ],
    "ideogram-v3": [
      { ...exact, rendering_speed: "QUALITY", negative_prompt: "rain", seed: 7, num_images: 2 },
    ],
    "nano-banana": [banana],
    "nano-banana-2": [{ ...banana, resolution: "1K" }],
    "nano-banana-pro": [{ ...banana, resolution: "1K" }],
    "seedream-4.5": [{ image_size: { width: 2880, height: 1920 }, seed: 7, num_images: 2 }],
    "qwen-image": [{ ...flux, negative_prompt: "rain" }],
    "gpt-image-1": [gpt],
    "gpt-image-1-mini": [gpt],
    "gpt-image-1.5": [gpt],
    "gpt-image-2": [{ ...gpt, ...exact }],
    "dall-e-3": [gpt],
    "dall-e-2": [gpt],
    "fal-ai/flux-1/dev": [flux],
    "fal-ai/flux-1/schnell": [flux],
    "fal-ai/flux-pro/kontext/max/text-to-image": [banana],
    "fal-ai/flux-pro/kontext/text-to-image": [banana],
    "fal-ai/nano-banana": [banana],
  };

  test.each(Object.entries(expected))("%s", (name, inputs) => {
    const { calls } = fit(name, typical);
    expect(calls).toStrictEqual(
      inputs.map((input) => ({
        input: { prompt: "a fox", ...input },
        pictures: inputs.length === 1 ? 2 : 1,
      })),
    );
  });

  test("none is missing", () => {
    const drawn = dictionary.list().filter((model) => model.modality === "text-to-image");
    expect(drawn.map((model) => model.id).sort()).toEqual(Object.keys(expected).sort());
  });
});

describe("size", () => {
  test.each<[string, string, Record<string, unknown>]>([
    ["flux-dev", "1024x1024", { image_size: { width: 1024, height: 1024 } }],
    ["flux-dev", "1024×768", { image_size: { width: 1024, height: 768 } }],
    ["flux-dev", " 512 * 768 ", { image_size: { width: 512, height: 768 } }],
    ["flux-dev", "16:9", { image_size: "landscape_16_9" }],
    ["flux-dev", "1:1", { image_size: "square_hd" }],
    ["flux-dev", "3:4", { image_size: "portrait_4_3" }],
    ["flux-dev", "landscape_16_9", { image_size: "landscape_16_9" }],
    ["flux-dev", "3:2", { image_size: { width: 1248, height: 832 } }],
    ["flux-dev", "21:9", { image_size: { width: 1568, height: 672 } }],
    ["flux-dev", "auto", {}],
    ["flux-dev", "2K", { image_size: { width: 2048, height: 2048 } }],
    ["seedream-4.5", "2K", { image_size: "auto_2K" }],
    ["seedream-4.5", "1024x1024", { image_size: { width: 1920, height: 1920 } }],
    ["seedream-4.5", "1920x1080", { image_size: { width: 3413, height: 1920 } }],
    ["seedream-4.5", "16:9", { image_size: "landscape_16_9" }],
    ["imagen4-preview", "1024x1024", { aspect_ratio: "1:1", resolution: "1K" }],
    ["imagen4-preview", "2048x2048", { aspect_ratio: "1:1", resolution: "2K" }],
    ["imagen4-preview", "1792x1024", { aspect_ratio: "16:9", resolution: "1K" }],
    ["imagen4-preview", "9:16", { aspect_ratio: "9:16" }],
    ["imagen4-preview", "2K", { resolution: "2K" }],
    ["imagen4-preview", "landscape_4_3", { aspect_ratio: "4:3" }],
    ["imagen4-preview", "auto", {}],
    ["nano-banana-pro", "4096x4096", { aspect_ratio: "1:1", resolution: "4K" }],
    ["nano-banana-pro", "auto", { aspect_ratio: "auto" }],
    ["nano-banana-2", "512x512", { aspect_ratio: "1:1", resolution: "0.5K" }],
    ["nano-banana-2", "256x1024", { aspect_ratio: "1:4", resolution: "0.5K" }],
    ["nano-banana", "1024x1536", { aspect_ratio: "2:3" }],
    ["flux-1.1-ultra", "5:4", { aspect_ratio: "5:4" }],
    ["flux-1.1-ultra", "1000x800", { aspect_ratio: "5:4" }],
    ["flux-1.1-ultra", "1023x777", { aspect_ratio: "4:3" }],
    ["flux-1.1-ultra", "3:1", { aspect_ratio: "21:9" }],
    ["ideogram-v2", "1600x1000", { aspect_ratio: "16:10" }],
    ["gpt-image-1", "1024x1024", { image_size: "1024x1024" }],
    ["gpt-image-1", "1792x1024", { image_size: "1536x1024" }],
    ["gpt-image-1", "9:16", { image_size: "1024x1536" }],
    ["gpt-image-1", "auto", {}],
    ["gpt-image-2", "auto", { image_size: "auto" }],
    ["xai/grok-imagine-image", "1024x1024", { aspect_ratio: "1:1", resolution: "1K" }],
    ["fal-ai/fooocus", "1152x896", { aspect_ratio: "1152x896" }],
    ["fal-ai/ip-adapter-face-id", "16:9", { width: 1360, height: 768 }],
  ])("%s, %s", (name, size, shape) => {
    const model = dictionary.resolve(name)!;
    const needed = { face_image_url: "https://x/y.png", base_sdxl_model_repo: "r" };
    const wanted = ["image_size", "aspect_ratio", "resolution", "width", "height"];
    const { calls } = fitImage({ prompt: "a fox", size, extra: needed }, model.endpoints[0]!);
    const sent = Object.entries(calls[0]!.input).filter(([name]) => wanted.includes(name));
    expect(Object.fromEntries(sent)).toStrictEqual(shape);
  });

  test.each([
    ["gpt-image-1", "1024x1024", []],
    ["dall-e-2", "256x256", ["size 256x256 became image_size 1024x1024"]],
    ["gpt-image-1", "1:1", []],
    ["gpt-image-1", "1792x1024", ["size 1792x1024 became image_size 1536x1024"]],
    ["imagen4-preview", "3:2", ["size 3:2 became aspect_ratio 4:3"]],
    ["imagen4-preview", "1024x1024", []],
    ["flux-dev", "1000x1000", []],
    ["seedream-4.5", "1024x1024", ["size 1024x1024 became image_size 1920x1920"]],
    ["fal-ai/switti/512", "1024x1024", ["size 1024x1024 was left out: this model has one size"]],
    ["imagen4-preview", "512x512", ["size 512x512 became 1K of that shape"]],
    ["imagen4-preview", "1792x1024", ["size 1792x1024 became aspect_ratio 16:9"]],
    ["imagen4-preview", "2048x2048", []],
    ["nano-banana", "256x256", ["size 256x256 became that shape in the model's own pixels"]],
    ["nano-banana", "1024x1024", []],
  ])("%s says what it made of %s", (name, size, adjusted) => {
    expect(fit(name, { size }).adjusted).toEqual(adjusted);
  });

  test.each([
    ["big"],
    ["1024"],
    ["1024x"],
    ["0x1024"],
    ["1024x0"],
    ["-1x5"],
    ["14143x1024"],
    ["999999x999999"],
    ["0:1"],
    ["100:1"],
    ["1024x16"],
    ["9K"],
    ["constructor"],
    ["16:9; drop"],
  ])("%j is refused", (size) => {
    expect(refusal("flux-dev", { size })).toEqual([400, "size"]);
  });

  test("the words of other models are sizes too, under their own name", () => {
    expect(input("flux-dev", { extra: { aspect_ratio: "16:9" } })).toStrictEqual({
      image_size: "landscape_16_9",
      num_images: 1,
    });
    expect(input("nano-banana", { extra: { image_size: "portrait_16_9" } })).toStrictEqual({
      aspect_ratio: "9:16",
      num_images: 1,
    });
    expect(refusal("flux-dev", { extra: { aspect_ratio: "wide" } })).toEqual([400, "aspect_ratio"]);
  });
});

describe("n", () => {
  test.each([
    ["flux-dev", undefined, [1]],
    ["flux-dev", null, [1]],
    ["flux-dev", 4, [4]],
    ["flux-dev", 10, [4, 4, 2]],
    ["recraft-v3", 3, [1, 1, 1]],
    ["nano-banana", 5, [4, 1]],
  ])("%s, %j: calls of %j", (name, n, shares) => {
    const { calls } = fit(name, { n });
    expect(calls.map((call) => call.pictures)).toEqual(shares);
  });

  test("calls of one request have seeds of their own", () => {
    expect(fit("flux-dev", { n: 10, seed: 100 }).calls.map((call) => call.input.seed)).toEqual([
      100, 104, 108,
    ]);
  });

  test.each([0, 11, -1, 1.5, "2", Number.NaN])("%j is refused", (n) => {
    expect(refusal("flux-dev", { n: n as number })).toEqual([400, "n"]);
  });

  test("num_images stands in for it", () => {
    expect(
      fit("flux-dev", { extra: { num_images: 6 } }).calls.map((call) => call.pictures),
    ).toEqual([4, 2]);
    expect(refusal("flux-dev", { extra: { num_images: 40 } })).toEqual([400, "num_images"]);
  });
});

describe("words", () => {
  test.each<[string, Partial<ImageRequest>, Record<string, unknown>]>([
    ["gpt-image-1", { quality: "hd" }, { quality: "high" }],
    ["gpt-image-1", { quality: "standard" }, { quality: "medium" }],
    ["gpt-image-1", { quality: "LOW" }, { quality: "low" }],
    ["gpt-image-1", { quality: "xhigh" }, { quality: "high" }],
    ["gpt-image-1", { quality: "auto" }, {}],
    ["ideogram-v3", { quality: "low" }, { rendering_speed: "TURBO" }],
    ["ideogram-v3", { quality: "medium" }, { rendering_speed: "BALANCED" }],
    ["ideogram-v3", { quality: "hd" }, { rendering_speed: "QUALITY" }],
    ["nano-banana-pro", { quality: "hd" }, { resolution: "2K" }],
    [
      "nano-banana-pro",
      { quality: "hd", size: "1024x1024" },
      { aspect_ratio: "1:1", resolution: "2K" },
    ],
    [
      "nano-banana-pro",
      { quality: "hd", size: "4096x4096" },
      { aspect_ratio: "1:1", resolution: "4K" },
    ],
    ["flux-dev", { quality: "hd" }, {}],
    ["flux-dev", { quality: "ultra" }, {}],
    ["gpt-image-1", { background: "transparent" }, { background: "transparent" }],
    ["flux-dev", { background: "transparent" }, {}],
    ["flux-dev", { output_format: "jpg" }, { output_format: "jpeg" }],
    ["flux-dev", { output_format: "webp" }, {}],
    ["flux-dev", { output_format: "gif" }, {}],
    ["fal-ai/fast-sdxl", { output_format: "png" }, { format: "png" }],
    ["ideogram-v2", { style: "Anime" }, { style: "anime" }],
    ["ideogram-v2", { style: "vivid" }, {}],
    ["recraft-v3", { style: "realistic_image" }, { style: "realistic_image" }],
    ["flux-dev", { style: "whatever" }, {}],
    ["qwen-image", { negative_prompt: "rain" }, { negative_prompt: "rain" }],
    ["flux-dev", { negative_prompt: "rain" }, {}],
    ["flux-dev", { moderation: "low", output_compression: 80 }, {}],
    ["nano-banana", { moderation: "low" }, {}],
    ["flux-dev", { seed: 0 }, { seed: 0 }],
    ["gpt-image-1", { seed: 5 }, {}],
    [
      "flux-dev",
      { n: null, size: null, quality: null, style: null, seed: null, background: null },
      {},
    ],
  ])("%s, %j", (name, request, sent) => {
    const { num_images: _, ...rest } = input(name, request);
    expect(rest).toStrictEqual(sent);
  });

  test.each<[string, Partial<ImageRequest>, string]>([
    ["gpt-image-1", { quality: "ultra" }, "quality"],
    ["gpt-image-1", { background: "blue" }, "background"],
    ["flux-dev", { output_format: "tiff" }, "output_format"],
    ["ideogram-v2", { style: "cubist" }, "style"],
    ["flux-dev", { seed: 1.5 }, "seed"],
    ["flux-dev", { prompt: "" }, "prompt"],
    ["flux-dev", { prompt: " \n" }, "prompt"],
    ["flux-dev", { prompt: null as never }, "prompt"],
  ])("%s refuses %j, naming %s", (name, request, param) => {
    expect(refusal(name, request)).toEqual([400, param]);
  });
});

describe("extras", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["flux-dev", { guidance_scale: 5, steps: 9, user: "u" }, { guidance_scale: 5 }],
    ["flux-dev", { num_inference_steps: "30" }, { num_inference_steps: 30 }],
    ["flux-dev", { enable_safety_checker: "false" }, { enable_safety_checker: false }],
    ["flux-dev", { enable_safety_checker: true }, { enable_safety_checker: true }],
    ["flux-dev", { sync_mode: true, prompt: "other" }, {}],
    ["flux-dev", { acceleration: "HIGH", guidance_scale: null }, { acceleration: "high" }],
    ["nano-banana", { safety_tolerance: 6 }, { safety_tolerance: "6" }],
    [
      "flux-1.1-ultra",
      { image_url: "https://x/y.png", raw: true },
      { image_url: "https://x/y.png", raw: true },
    ],
    ["ideogram-v3", { image_urls: "https://x/y.png" }, { image_urls: ["https://x/y.png"] }],
    [
      "flux-dev",
      { image_size: { width: 640, height: 480 } },
      { image_size: { width: 640, height: 480 } },
    ],
    ["flux-dev", { constructor: 1, __proto__: 2, toString: 3 }, {}],
  ])("%s, %j", (name, extra, sent) => {
    const { num_images: _, ...rest } = input(name, { extra });
    expect(rest).toStrictEqual(sent);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["flux-dev", { guidance_scale: "much" }, "guidance_scale"],
    ["flux-dev", { num_inference_steps: 2.5 }, "num_inference_steps"],
    ["flux-dev", { enable_safety_checker: 1 }, "enable_safety_checker"],
    ["flux-dev", { acceleration: "warp" }, "acceleration"],
    ["ideogram-v3", { style_codes: "abc" }, "style_codes"],
    ["ideogram-v3", { color_palette: "red" }, "color_palette"],
  ])("%s refuses %j, naming %s", (name, extra, param) => {
    expect(refusal(name, { extra })).toEqual([400, param]);
  });

  test("they win over what was fitted, and defaults yield to both", () => {
    const endpoint = catalog.get("fal-ai/nano-banana-pro")!;
    const defaults = {
      resolution: "4K",
      safety_tolerance: "5",
      output_format: "webp",
      absent: 1,
      enable_web_search: "maybe",
      sync_mode: true,
    };
    const request = {
      prompt: "a fox",
      output_format: "png",
      size: "16:9",
      extra: { aspect_ratio: "21:9", safety_tolerance: "2" },
    };
    expect(fitImage(request, endpoint, defaults).calls[0]!.input).toStrictEqual({
      prompt: "a fox",
      resolution: "4K",
      aspect_ratio: "21:9",
      output_format: "png",
      safety_tolerance: "2",
      num_images: 1,
    });
  });
});

describe("the whole catalogue", () => {
  const drawing = catalog
    .ids()
    .map((id) => catalog.get(id)!)
    .filter((endpoint) => modality(endpoint) === "text-to-image");

  /** What these need besides words; no request in OpenAI's words alone can draw with them. */
  const NEED: Record<string, string> = {
    "fal-ai/flux-pro/v1.1-ultra-finetuned": "finetune_id",
    "fal-ai/fooocus/image-prompt": "image_prompt_1",
    "fal-ai/lora": "model_name",
    "fal-ai/pulid": "reference_images",
  };

  test("a typical request fits every model that draws, field by field", () => {
    const needs: Record<string, string | null> = {};
    const request = {
      prompt: "a fox",
      n: 2,
      size: "1536x1024",
      quality: "high",
      output_format: "png",
    };
    for (const endpoint of drawing) {
      try {
        const { calls } = fitImage(request, endpoint);
        expect(calls.reduce((sum, call) => sum + call.pictures, 0)).toBe(2);
        for (const call of calls)
          expect([endpoint.id, ...faults(call.input, endpoint)]).toEqual([endpoint.id]);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        needs[endpoint.id] = error.param;
      }
    }
    expect(needs).toEqual(NEED);
    const fitted = drawing.length - Object.keys(needs).length;
    console.log(`${fitted} of ${drawing.length} text-to-image endpoints fit; others need more`);
    expect(fitted).toBeGreaterThanOrEqual(163);
  });

  test.each(["auto", "16:9", "2K", "512x512", "landscape_16_9", "4096x2304"])(
    "size %s fits them all",
    (size) => {
      for (const endpoint of drawing.filter(({ id }) => !(id in NEED))) {
        for (const { input } of fitImage({ prompt: "a fox", size }, endpoint).calls) {
          expect([endpoint.id, ...faults(input, endpoint)]).toEqual([endpoint.id]);
        }
      }
    },
  );
});
