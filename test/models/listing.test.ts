/** `/v1/models` in the shape that contract 2 fixes. */
import { expect, test } from "bun:test";
import { builtinCatalog } from "../../src/models/catalog.ts";
import { listModels, retrieveModel } from "../../src/models/listing.ts";
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
  expect(retrieveModel(dictionary, id)).toStrictEqual(expected);
});

test("the list has every alias and the fal ids of contract 4, once each", () => {
  const { object, data } = listModels(dictionary);
  const ids = data.map((entry) => entry.id);
  expect(object).toBe("list");
  expect(ids[0]).toBe("imagen4-preview");
  expect(ids.length).toBe(new Set(ids).size);
  expect(ids).toContain("fal-ai/flux-pro/kontext/max/multi");
  expect(ids).toContain("veo3-fast-frames");
  for (const id of ids) expect(retrieveModel(dictionary, id)?.id).toBe(id);
});
