/** The catalogue: that it is what the installed client says, and what it says of some models. */
import { expect, test } from "bun:test";
import { CATALOG, generate } from "../../scripts/catalog.ts";
import { builtinCatalog, decodeCatalog } from "../../src/models/catalog.ts";
import { modality } from "../../src/models/modality.ts";

const catalog = builtinCatalog();

test("the committed catalogue is what `bun run catalog` writes, byte for byte", async () => {
  const committed = await Bun.file(CATALOG).text();
  const fresh = await generate();
  expect(committed === fresh).toBe(true);
  expect(fresh.length).toBeLessThan(400 * 1024);
});

test("it has every endpoint of the client, once, sorted", () => {
  const ids = catalog.ids();
  expect(ids.length).toBe(1207);
  expect([...ids]).toEqual([...new Set(ids)].sort());
  for (const id of ids) expect(catalog.get(id)?.id).toBe(id);
  for (const id of ["fal-ai/none", "__proto__", "constructor", ""]) {
    expect(catalog.get(id)).toBeUndefined();
  }
});

test("it is parsed and asked in a few milliseconds", async () => {
  const committed = await Bun.file(CATALOG).text();
  const started = performance.now();
  for (let round = 0; round < 10; round++) decodeCatalog(JSON.parse(committed)).get("fal-ai/veo3");
  expect((performance.now() - started) / 10).toBeLessThan(25);
});

test.each([
  ["fal-ai/flux/dev", "prompt", { type: "string", required: true }],
  ["fal-ai/flux/dev", "output_format", { type: "string", enum: ["jpeg", "png"] }],
  ["fal-ai/flux/dev", "seed", { type: "integer" }],
  ["fal-ai/flux/dev", "guidance_scale", { type: "number" }],
  [
    "fal-ai/flux/dev",
    "image_size",
    {
      type: "string",
      enum: [
        "square_hd",
        "square",
        "portrait_4_3",
        "portrait_16_9",
        "landscape_4_3",
        "landscape_16_9",
      ],
      objectToo: true,
      fields: { height: { type: "integer" }, width: { type: "integer" } },
    },
  ],
  [
    "fal-ai/flux-pro/v1.1-ultra",
    "aspect_ratio",
    {
      type: "string",
      enum: ["21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"],
      open: true,
    },
  ],
  ["fal-ai/flux-pro/v1.1-ultra", "image_url", { type: "string", media: true }],
  [
    "fal-ai/nano-banana/edit",
    "image_urls",
    { type: "array", items: { type: "string", media: true }, media: true, required: true },
  ],
])("%s takes %s", (id, name, field) => {
  expect(catalog.get(id)?.input[name]).toStrictEqual(field as never);
});

test.each([
  ["fal-ai/flux/dev", "text-to-image", "images"],
  ["fal-ai/flux-pro/v1.1-ultra", "text-to-image", "images"],
  ["fal-ai/flux-1/dev/redux", "image-to-image", "images"],
  ["fal-ai/nano-banana/edit", "image-to-image", "images"],
  ["fal-ai/seedvr/upscale/image", "upscale", "image"],
  ["fal-ai/topaz/upscale/video", "upscale", "video"],
  ["fal-ai/veo3", "text-to-video", "video"],
  ["fal-ai/veo3.1/first-last-frame-to-video", "image-to-video", "video"],
  ["fal-ai/veo3.1/extend-video", "video-to-video", "video"],
  ["fal-ai/elevenlabs/tts/turbo-v2.5", "text-to-speech", "audio"],
  ["fal-ai/minimax/speech-2.8-hd", "text-to-speech", "audio"],
  ["fal-ai/kokoro/american-english", "text-to-speech", "audio"],
  ["fal-ai/vibevoice", "text-to-speech", "audio"],
  ["fal-ai/whisper", "speech-to-text", "text"],
  ["fal-ai/wizper", "speech-to-text", "text"],
  ["fal-ai/elevenlabs/speech-to-text", "speech-to-text", "text"],
  ["openrouter/router", "text-to-text", "text"],
  ["openrouter/router/vision", "image-to-text", "text"],
  ["fal-ai/trellis", "3d", "mesh"],
  ["fal-ai/flux-2-trainer", "training", "file"],
] as const)("%s is %s and gives %s", (id, made, output) => {
  const endpoint = catalog.get(id)!;
  expect([modality(endpoint), endpoint.output]).toEqual([made, output]);
});
