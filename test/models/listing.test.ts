/** `/v1/models` in the shape that contract 2 fixes. */
import { expect, test } from "bun:test";
import { builtinCatalog } from "../../src/models/catalog.ts";
import { isOf, modelRow, retrieveModel } from "../../src/models/listing.ts";
import { createDictionary } from "../../src/models/resolve.ts";

const dictionary = createDictionary({ catalog: builtinCatalog() });

const row = (id: string, owned_by: string, name = id) => ({
  id,
  object: "model" as const,
  created: 1677609600,
  owned_by,
  permission: [],
  root: id,
  parent: null,
  name,
});

test.each([
  ["imagen4-preview", row("imagen4-preview", "fal-ai", "Imagen 4")],
  ["Flux 1.1 Pro Ultra", row("Flux 1.1 Pro Ultra", "fal-ai")],
  ["gpt-image-1", row("gpt-image-1", "openai")],
  ["anthropic/claude-3-5-haiku", row("anthropic/claude-3-5-haiku", "anthropic")],
  ["fal-ai/flux/dev", row("fal-ai/flux/dev", "fal-ai")],
  ["gpt-4o", row("gpt-4o", "openai")],
  ["x-ai/grok-4", row("x-ai/grok-4", "x-ai")],
  ["nope", undefined],
])("retrieve %s", (id, expected) => {
  const page = retrieveModel(dictionary, id);
  expect(page && Object.fromEntries(Object.entries(page).slice(0, 8))).toStrictEqual(expected);
});

test("the list has every alias and the fal ids of contract 4, once each", () => {
  const ids = dictionary.list().map(({ id }) => id);
  expect(ids[0]).toBe("imagen4-preview");
  expect(ids.length).toBe(new Set(ids).size);
  expect(ids).toContain("fal-ai/flux-pro/kontext/max/multi");
  expect(ids).toContain("veo3-fast-frames");
  for (const id of ids) expect(retrieveModel(dictionary, id)?.id).toBe(id);
});

test("all of it: the aliases first, every endpoint once, each with what it takes and gives", () => {
  const catalog = builtinCatalog();
  const rows = dictionary.list("all").map((model) => modelRow(dictionary, model));
  const ids = rows.map(({ id }) => id);
  expect(ids.slice(0, dictionary.list().length)).toEqual(dictionary.list().map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining([...catalog.ids()]));
  const silent = rows.filter(
    ({ modality, supported_parameters }) =>
      /^(text|image|speech|video|audio)-to-(image|video|speech|text|audio)$/.test(modality) &&
      !/^(image|text|video)-to-text$/.test(modality) &&
      supported_parameters?.length === 0,
  );
  console.log(
    `${rows.length} models; ${silent.length} map nothing:`,
    silent.map(({ id }) => id),
  );
  expect(silent.length).toBeLessThan(10);
  for (const { architecture } of rows) {
    expect(architecture.output_modalities.length).toBeGreaterThan(0);
  }
});

test.each([
  [
    "flux-dev",
    ["prompt", "n", "size", "output_format", "seed", "image"],
    "text+image->image",
    { size: ["image_size"], n: ["num_images"] },
  ],
  ["recraft-v3", ["prompt", "n", "size", "style", "image"], "text+image->image", { n: [] }],
  [
    "tts-1",
    ["input", "voice", "speed", "response_format"],
    "text->audio",
    { voice: ["voice_setting"] },
  ],
  [
    "whisper-1",
    ["file", "language", "timestamp_granularities"],
    "text+audio->text",
    { file: ["audio_url"] },
  ],
  [
    "veo3.1",
    ["prompt", "seconds", "size", "image"],
    "text+image->video",
    { seconds: ["duration"] },
  ],
  ["gpt-4o", undefined, "text->text", undefined],
])("%s says what its parameters become", (id, parameters, modality, mapped) => {
  const page = retrieveModel(dictionary, id)!;
  expect(page.architecture.modality).toBe(modality);
  if (parameters) expect(page.supported_parameters).toEqual(expect.arrayContaining(parameters));
  else expect(page.supported_parameters).toBeUndefined();
  expect(page.endpoints[0]?.parameters).toEqual(
    mapped && (expect.objectContaining(mapped) as never),
  );
});

test("an endpoint's page has the schema of its own input", () => {
  const [served] = retrieveModel(dictionary, "fal-ai/flux/dev")!.endpoints;
  expect(served).toMatchObject({
    id: "fal-ai/flux/dev",
    input_schema: {
      type: "object",
      properties: {
        prompt: { type: "string" },
        image_size: { anyOf: [{ type: "string", enum: expect.any(Array) }, { type: "object" }] },
        num_images: { type: "integer" },
      },
      required: ["prompt"],
    },
  });
  const edits = retrieveModel(dictionary, "nano-banana")!.endpoints;
  expect(edits.map(({ id, given }) => [id, given])).toEqual([
    ["fal-ai/nano-banana", undefined],
    ["fal-ai/gemini-25-flash-image", undefined],
    ["fal-ai/nano-banana/edit", "edit"],
    ["fal-ai/gemini-25-flash-image/edit", "edit"],
  ]);
});

test("a kind is what a model turns into what, or what it gives", () => {
  const row = modelRow(dictionary, dictionary.resolve("flux-dev")!);
  expect(["image", "text-to-image", "video", "text"].map((kind) => isOf(row, kind))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
