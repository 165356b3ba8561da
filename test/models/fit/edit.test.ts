/** Requests to edit pictures, and the exact input that each model is sent. */
import { describe, expect, test } from "bun:test";
import { builtinCatalog } from "../../../src/models/catalog.ts";
import { fitEdit, takesPictures, type EditRequest } from "../../../src/models/fit/edit.ts";
import { createDictionary } from "../../../src/models/resolve.ts";
import { ApiError } from "../../../src/openai/error.ts";

const catalog = builtinCatalog();
const dictionary = createDictionary({ catalog });

const [A, B, C] = ["https://x/a.png", "data:image/png;base64,AAAA", "https://x/c.png"] as const;

function fit(name: string, request: Partial<EditRequest>) {
  const model = dictionary.resolve(name)!;
  const [endpoint] = model.with.edit ?? model.endpoints;
  return fitEdit(
    { prompt: "make it blue", images: [A], ...request },
    endpoint!,
    model.alias?.defaults,
  );
}

function refusal(name: string, request: Partial<EditRequest>) {
  try {
    fit(name, request);
  } catch (error) {
    if (error instanceof ApiError) return [error.status, error.param, error.message];
    throw error;
  }
  return undefined;
}

describe("every picture alias edits", () => {
  const one = { image_url: A, num_images: 1 };
  const listed = { image_urls: [A], num_images: 1 };
  const expected: Record<string, Record<string, unknown>> = {
    "imagen4-preview": listed,
    "imagen4-fast": listed,
    "imagen4-ultra": listed,
    "Flux 1.1 Pro Ultra": one,
    "flux-1.1-ultra": one,
    "flux-1.1-pro": one,
    "flux-dev": one,
    "flux-schnell": one,
    "flux-kontext": one,
    "recraft-v3": { image_url: A },
    "ideogram-v2": { image_url: A },
    "ideogram-v3": one,
    "nano-banana": listed,
    "nano-banana-edit": listed,
    "nano-banana-2": listed,
    "nano-banana-pro": listed,
    "seedream-4.5": listed,
    "qwen-image": one,
    "gpt-image-1": listed,
    "gpt-image-1-mini": listed,
    "gpt-image-1.5": listed,
    "gpt-image-2": listed,
    "dall-e-3": listed,
    "dall-e-2": listed,
  };

  test.each(Object.entries(expected))("%s", (name, input) => {
    const { calls, adjusted } = fit(name, {});
    expect(calls.map((call) => call.input)).toStrictEqual([{ prompt: "make it blue", ...input }]);
    expect(adjusted).toEqual([]);
  });

  test("none is missing", () => {
    const aliases = dictionary.list().filter(({ alias, kind }) => alias && kind === "image");
    expect(aliases.map((model) => model.id).sort()).toEqual(Object.keys(expected).sort());
  });
});

test.each<[string, Partial<EditRequest>, Record<string, unknown>]>([
  ["nano-banana", { images: [A, B, C] }, { image_urls: [A, B, C] }],
  ["fal-ai/flux-pro/kontext/multi", { images: [A, B] }, { image_urls: [A, B] }],
  ["ideogram-v3", { images: [A, B, C] }, { image_url: A, image_urls: [B, C] }],
  ["fal-ai/gemini-flash-edit/multi", { images: [A, B] }, { input_image_urls: [A, B] }],
  ["fal-ai/vidu/q2/reference-to-image", { images: [A] }, { reference_image_urls: [A] }],
  ["xai/grok-imagine-image", {}, { image_urls: [A] }],
  ["fal-ai/phota", { images: [A, B] }, { image_urls: [A, B] }],
  [
    "fal-ai/kling/v1-5/kolors-virtual-try-on",
    { images: [A, B] },
    { human_image_url: A, garment_image_url: B },
  ],
  [
    "fal-ai/image-apps-v2/product-holding",
    { images: [A, B] },
    { person_image_url: A, product_image_url: B },
  ],
  ["fal-ai/bria/product-shot", { images: [A, B] }, { image_url: A, ref_image_url: B }],
])("%s, %j: each picture has its field", (name, request, expected) => {
  const pictures = Object.entries(fit(name, request).calls[0]!.input).filter(([field]) =>
    field.includes("image_url"),
  );
  expect(Object.fromEntries(pictures)).toStrictEqual(expected);
});

test.each<[string, Partial<EditRequest>, Record<string, unknown>]>([
  ["gpt-image-1.5", { mask: B }, { image_urls: [A], mask_image_url: B, num_images: 1 }],
  ["gpt-image-2", { mask: B }, { image_urls: [A], mask_url: B, num_images: 1 }],
  [
    "gpt-image-1",
    { input_fidelity: "HIGH" },
    { image_urls: [A], input_fidelity: "high", num_images: 1 },
  ],
  ["nano-banana", { size: "16:9" }, { image_urls: [A], aspect_ratio: "16:9", num_images: 1 }],
  ["nano-banana", { size: "auto" }, { image_urls: [A], aspect_ratio: "auto", num_images: 1 }],
  ["nano-banana", { size: null, mask: null, n: 3 }, { image_urls: [A], num_images: 3 }],
  ["flux-dev", { extra: { strength: "0.4" } }, { image_url: A, strength: 0.4, num_images: 1 }],
  [
    "flux-kontext",
    { size: "1024x1536", seed: 4 },
    { image_url: A, aspect_ratio: "2:3", seed: 4, num_images: 1 },
  ],
])("%s, %j", (name, request, expected) => {
  const { calls } = fit(name, request);
  expect(calls.map((call) => call.input)).toStrictEqual([{ prompt: "make it blue", ...expected }]);
});

test.each<[string, string, Record<string, unknown>]>([
  ["fal-ai/birefnet", "", { image_url: A }],
  ["fal-ai/birefnet", "ignored", { image_url: A }],
  ["fal-ai/flux-1/dev/redux", "ignored", { image_url: A, num_images: 1 }],
  ["fal-ai/clarity-upscaler", " ", { image_url: A }],
  ["fal-ai/clarity-upscaler", "sharp", { image_url: A, prompt: "sharp" }],
  ["bria/fibo-edit/blend", "mix", { image_url: A, instruction: "mix" }],
  ["fal-ai/image-apps-v2/object-removal", "the dog", { image_url: A, object_to_remove: "the dog" }],
])("%s is told %j as it can", (name, prompt, expected) => {
  expect(fit(name, { prompt }).calls[0]!.input).toStrictEqual(expected);
});

test("several calls share the pictures and part the seeds", () => {
  expect(fit("recraft-v3", { n: 2 }).calls.map(({ input }) => input)).toStrictEqual([
    { prompt: "make it blue", image_url: A },
    { prompt: "make it blue", image_url: A },
  ]);
});

test("input_fidelity that a model lacks is said", () => {
  expect(fit("nano-banana", { input_fidelity: "high" }).adjusted).toEqual([
    "input_fidelity high was left out: this model does not have it",
  ]);
});

test.each<[string, Partial<EditRequest>, string, string]>([
  ["flux-dev", { images: [A, B] }, "image", "takes 1 picture; the request has 2"],
  ["flux-dev", { images: [] }, "image", "takes 1 picture; the request has 0"],
  ["nano-banana", { images: [] }, "image", "takes at least 1 picture; the request has 0"],
  ["seedream-4.5", { images: Array(11).fill(A) }, "image", "takes 1 to 10 pictures"],
  ["gpt-image-1", { images: Array(17).fill(A) }, "image", "takes 1 to 16 pictures"],
  ["fal-ai/kling/v1-5/kolors-virtual-try-on", {}, "image", "takes 2 pictures; the request has 1"],
  ["fal-ai/cogview4", {}, "image", "takes no pictures; the request has 1"],
  ["nano-banana", { mask: A }, "mask", "takes no mask"],
  ["fal-ai/flux-pro/v1/fill", {}, "mask", "needs mask"],
  ["nano-banana", { prompt: "" }, "prompt", "Give a prompt"],
  ["gpt-image-1", { input_fidelity: "some" }, "input_fidelity", "low, high"],
  ["fal-ai/luma-photon/reframe", {}, "size", "needs size: one of"],
  ["nano-banana", { n: 11 }, "n", "1 to 10"],
])("%s refuses %j, naming %s", (name, request, param, words) => {
  const [status, named, message] = refusal(name, request) ?? [];
  expect([status, named]).toEqual([400, param]);
  expect(message).toContain(words);
});

test.each([
  ["fal-ai/flux/dev/image-to-image", 1, 1],
  ["fal-ai/nano-banana/edit", 1, Infinity],
  ["fal-ai/gpt-image-1.5/edit", 1, 16],
  ["fal-ai/cat-vton", 2, 2],
  ["fal-ai/ideogram/v3", 0, Infinity],
  ["fal-ai/flux/dev", 0, 0],
])("%s takes %d to %d pictures", (id, least, most) => {
  expect(takesPictures(catalog.get(id)!)).toEqual({ least, most });
});

test.each([
  ["fal-ai/nano-banana", "fal-ai/nano-banana/edit"],
  ["nano-banana-2/edit", "fal-ai/nano-banana-2/edit"],
  [
    "fal-ai/flux-pro/kontext/text-to-image",
    ["fal-ai/flux-pro/kontext", "fal-ai/flux-pro/kontext/multi"],
  ],
  [
    "fal-ai/flux-pro/kontext/max/text-to-image",
    ["fal-ai/flux-pro/kontext/max", "fal-ai/flux-pro/kontext/max/multi"],
  ],
  ["fal-ai/flux/dev", "fal-ai/flux/dev/image-to-image"],
  ["fal-ai/bytedance/seedream/v4.5/text-to-image", "fal-ai/bytedance/seedream/v4.5/edit"],
  ["fal-ai/gpt-image-1/text-to-image", "fal-ai/gpt-image-1/edit-image"],
  ["fal-ai/wan/v2.2-a14b/text-to-image", "fal-ai/wan/v2.2-a14b/image-to-image"],
  ["fal-ai/flux-2/klein/9b/lora", "fal-ai/flux-2/klein/9b/edit/lora"],
  ["fal-ai/flux-2/lora", "fal-ai/flux-2/lora/edit"],
  ["fal-ai/ideogram/v2", "fal-ai/ideogram/v2/remix"],
  ["xai/grok-imagine-image", "xai/grok-imagine-image/edit"],
  ["fal-ai/flux-pro/v1.1-ultra", "fal-ai/flux-pro/v1.1-ultra"],
  ["openai/gpt-image-2/edit", "openai/gpt-image-2/edit"],
  ["fal-ai/imagen4/preview", undefined],
  ["fal-ai/veo3", undefined],
])("pictures for %s go to %s", (name, id) => {
  expect(dictionary.resolve(name)!.with.edit?.map((endpoint) => endpoint.id)).toEqual(
    id === undefined ? undefined : [id].flat(),
  );
});

test("an operator's name for an id edits with its sibling", () => {
  const own = createDictionary({ catalog, overrides: { mine: "fal-ai/nano-banana" } });
  expect(own.resolve("mine")!.with.edit!.map(({ id }) => id)).toEqual(["fal-ai/nano-banana/edit"]);
});
