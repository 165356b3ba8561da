/** How many units a call is told to be before it is made: never fewer than fal then counts, where that can be known. */
import { afterAll, describe, expect, test } from "bun:test";
import { estimate } from "../../src/models/estimate.ts";
import { builtinCatalog } from "../../src/models/catalog.ts";
import { FAL_KEY, fastFal } from "../support/fal.ts";

test.each([
  ["image", {}, 1],
  ["images", { num_images: 4 }, 4],
  ["images", { num_images: "3" }, 3],
  ["images", { num_images: -1 }, 1],
  ["images", { num_images: 2.5 }, 3],
  ["megapixels", {}, 1],
  ["megapixels", { num_images: 3, image_size: "square_hd" }, 3],
  ["megapixels", { image_size: { width: 2048, height: 2048 } }, 4],
  ["megapixels", { image_size: { width: 1025, height: 1024 } }, 2],
  ["megapixels", { image_size: "2048x1024" }, 2],
  ["megapixels", { width: 512, height: 512 }, 1],
  ["megapixels", { resolution: "4K" }, 16],
  ["megapixels", { image_url: "https://a/b.png" }, 4],
  ["megapixels", { image_url: "https://a/b.png", upscale_factor: 2 }, 16],
  ["seconds", { duration: "8s" }, 8],
  ["seconds", { duration: 5 }, 5],
  ["second", { num_frames: 160, fps: 16 }, 10],
  ["seconds", { num_frames: 81 }, 81 / 16],
  ["seconds", { audio_url: "https://a/b.mp3" }, 600],
  ["5 seconds", { duration: "10" }, 2],
  ["minutes", { duration: 90 }, 2],
  ["1000 characters", { text: "a".repeat(250) }, 0.25],
  ["1k characters", { prompt: "ab" }, 0.002],
  ["1,000 characters", { text: "" }, 0.001],
  ["1m tokens", { max_tokens: 1_000_000 }, 1.00001],
  ["tokens", { max_tokens: 10, n: 2 }, 32],
  ["compute seconds", {}, 60],
  ["units", { num_images: 4 }, 1],
  ["videos", undefined, 1],
  ["images", "no object", 1],
] as const)("%s of %j", (unit, input, units) => {
  expect(estimate(unit, input)).toBeCloseTo(units, 4);
});

test("a file in a prompt counts as a picture, not as its letters", () => {
  const url = `data:image/png;base64,${"A".repeat(1_000_000)}`;
  const content = [{ type: "image_url", image_url: { url } }];
  expect(estimate("tokens", { messages: [{ content }], max_tokens: 1 })).toBeLessThan(2000);
});

describe("against what the emulated fal bills", () => {
  const fal = fastFal();
  afterAll(() => fal.stop());
  const catalog = builtinCatalog();

  const sizes = ["square_hd", "square", "portrait_4_3", "landscape_16_9"];
  const ratios = ["1:1", "16:9", "9:16", "4:3", "3:2", "21:9", "9:21"];
  const CALLS: [string, Record<string, unknown>][] = [
    ...sizes.map((image_size): [string, Record<string, unknown>] => [
      "fal-ai/flux/schnell",
      { image_size, num_images: 2 },
    ]),
    ...[
      [1024, 1024],
      [1025, 1024],
      [1536, 1024],
      [2000, 2000],
      [64, 64],
    ].map(([width, height]): [string, Record<string, unknown>] => [
      "fal-ai/flux/dev",
      { image_size: { width, height }, num_images: 3 },
    ]),
    ...ratios.map((aspect_ratio): [string, Record<string, unknown>] => [
      "fal-ai/flux-pro/v1.1-ultra",
      { aspect_ratio },
    ]),
    ["fal-ai/flux/dev", {}],
    ["fal-ai/nano-banana", { num_images: 4 }],
    ["fal-ai/veo3/fast", { duration: "4s" }],
    ["fal-ai/veo3/fast", {}],
    ["fal-ai/elevenlabs/tts/turbo-v2.5", { text: "a".repeat(1234) }],
  ];

  test.each(CALLS)("%s %j", async (endpoint, input) => {
    fal.reset();
    const headers = { authorization: `Key ${FAL_KEY}`, "content-type": "application/json" };
    const body = JSON.stringify({ prompt: "a cat", ...input });
    const response = await fetch(`${fal.runUrl}/${endpoint}`, { method: "POST", headers, body });
    expect(response.status).toBe(200);
    const [charge] = fal.billed;
    const told = estimate(charge!.unit, { prompt: "a cat", ...input }, catalog.get(endpoint));
    expect(told).toBeGreaterThanOrEqual(charge!.units);
  });
});
