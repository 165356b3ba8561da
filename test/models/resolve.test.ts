/** Names: every one that the contracts use, spellings, overrides, and what comes near a mistake. */
import { describe, expect, test } from "bun:test";
import { builtinAliases } from "../../src/models/aliases.ts";
import { builtinCatalog } from "../../src/models/catalog.ts";
import { findEndpoint } from "../../src/models/newer.ts";
import type { Override } from "../../src/models/override.ts";
import { createDictionary } from "../../src/models/resolve.ts";

const catalog = builtinCatalog();
const dictionary = createDictionary({ catalog });

const CHAT = [
  ["anthropic/claude-sonnet-4", "anthropic/claude-sonnet-4"],
  ["anthropic/claude-opus-4", "anthropic/claude-opus-4"],
  ["anthropic/claude-3.7-sonnet", "anthropic/claude-3.7-sonnet"],
  ["anthropic/claude-3.5-sonnet", "anthropic/claude-3.5-sonnet"],
  ["anthropic/claude-3-5-haiku", "anthropic/claude-3.5-haiku"],
  ["anthropic/claude-3-haiku", "anthropic/claude-3-haiku"],
  ["google/gemini-2.5-pro", "google/gemini-2.5-pro"],
  ["google/gemini-pro-1.5", "google/gemini-pro-1.5"],
  ["google/gemini-flash-1.5", "google/gemini-flash-1.5"],
  ["google/gemini-flash-1.5-8b", "google/gemini-flash-1.5-8b"],
  ["google/gemini-2.0-flash-001", "google/gemini-2.0-flash-001"],
  ["moonshotai/kimi-k2", "moonshotai/kimi-k2"],
  ["meta-llama/llama-3.2-1b-instruct", "meta-llama/llama-3.2-1b-instruct"],
  ["meta-llama/llama-3.2-3b-instruct", "meta-llama/llama-3.2-3b-instruct"],
  ["meta-llama/llama-3.1-8b-instruct", "meta-llama/llama-3.1-8b-instruct"],
  ["meta-llama/llama-3.1-70b-instruct", "meta-llama/llama-3.1-70b-instruct"],
  ["meta-llama/llama-4-maverick", "meta-llama/llama-4-maverick"],
  ["meta-llama/llama-4-scout", "meta-llama/llama-4-scout"],
  ["openai/gpt-4o-mini", "openai/gpt-4o-mini"],
  ["openai/gpt-4o", "openai/gpt-4o"],
  ["deepseek/deepseek-r1", "deepseek/deepseek-r1"],
] as const;

const BARE = [
  ["gpt-4o", "openai/gpt-4o"],
  ["gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06"],
  ["gpt-3.5-turbo", "openai/gpt-3.5-turbo"],
  ["chatgpt-4o-latest", "openai/chatgpt-4o-latest"],
  ["o3", "openai/o3"],
  ["o4-mini", "openai/o4-mini"],
  ["claude-sonnet-4", "anthropic/claude-sonnet-4"],
  ["claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"],
  ["claude-3-5-sonnet-20241022", "anthropic/claude-3.5-sonnet"],
  ["claude-3-7-sonnet-latest", "anthropic/claude-3.7-sonnet"],
  ["claude-3-haiku-20240307", "anthropic/claude-3-haiku"],
  ["claude-opus-4-20250514", "anthropic/claude-opus-4"],
  ["claude-opus-4-1-20250805", "anthropic/claude-opus-4.1"],
  ["gemini-2.5-pro", "google/gemini-2.5-pro"],
  ["gemini-1.5-flash-8b", "google/gemini-flash-1.5-8b"],
  ["gemini-1.5-pro", "google/gemini-pro-1.5"],
  ["gemini-2.0-flash", "google/gemini-2.0-flash-001"],
  ["deepseek-r1", "deepseek/deepseek-r1"],
  ["deepseek-reasoner", "deepseek/deepseek-r1"],
  ["deepseek-chat", "deepseek/deepseek-chat"],
  ["kimi-k2", "moonshotai/kimi-k2"],
  ["x-ai/grok-4", "x-ai/grok-4"],
  ["nousresearch/hermes-4:free", "nousresearch/hermes-4:free"],
] as const;

describe("language models", () => {
  test.each([...CHAT, ...BARE])("%s is %s", (name, upstream) => {
    const model = dictionary.resolve(name);
    expect([model?.kind, model?.upstream, model?.endpoints]).toEqual(["chat", upstream, []]);
  });
});

describe("pictures and videos", () => {
  test.each([
    ["flux-1.1-ultra", "fal-ai/flux-pro/v1.1-ultra"],
    ["recraft-v3", "fal-ai/recraft/v3/text-to-image"],
    ["flux-1.1-pro", "fal-ai/flux-pro/v1.1"],
    ["ideogram-v2", "fal-ai/ideogram/v2"],
    ["flux-dev", "fal-ai/flux/dev"],
    ["imagen4-preview", "fal-ai/imagen4/preview"],
    ["Flux 1.1 Pro Ultra", "fal-ai/flux-pro/v1.1-ultra"],
    ["flux 1.1 pro ultra", "fal-ai/flux-pro/v1.1-ultra"],
    ["nano-banana", "fal-ai/nano-banana"],
    ["gpt-image-1", "fal-ai/gpt-image-1/text-to-image"],
    ["gpt-image-1-mini", "fal-ai/gpt-image-1-mini"],
    ["gpt-image-1.5", "fal-ai/gpt-image-1.5"],
    ["gpt-image-2", "openai/gpt-image-2"],
    ["dall-e-2", "fal-ai/gpt-image-1-mini"],
    ["dall-e-3", "fal-ai/gpt-image-1.5"],
    ["fal-ai/flux-1/dev", "fal-ai/flux-1/dev"],
    ["fal-ai/flux-1/dev/image-to-image", "fal-ai/flux-1/dev/image-to-image"],
    ["fal-ai/flux-1/dev/redux", "fal-ai/flux-1/dev/redux"],
    ["fal-ai/flux-1/schnell", "fal-ai/flux-1/schnell"],
    ["fal-ai/flux-1/schnell/redux", "fal-ai/flux-1/schnell/redux"],
    ["fal-ai/flux-pro/kontext", "fal-ai/flux-pro/kontext"],
    ["fal-ai/flux-pro/kontext/max", "fal-ai/flux-pro/kontext/max"],
    ["fal-ai/flux-pro/kontext/max/multi", "fal-ai/flux-pro/kontext/max/multi"],
    ["fal-ai/flux-pro/kontext/max/text-to-image", "fal-ai/flux-pro/kontext/max/text-to-image"],
    ["fal-ai/flux-pro/kontext/multi", "fal-ai/flux-pro/kontext/multi"],
    ["fal-ai/flux-pro/kontext/text-to-image", "fal-ai/flux-pro/kontext/text-to-image"],
    ["fal-ai/nano-banana", "fal-ai/nano-banana"],
    ["fal-ai/nano-banana/edit", "fal-ai/nano-banana/edit"],
    ["fal-ai/z-image/turbo", "fal-ai/z-image/turbo"],
    ["flux/schnell", "fal-ai/flux/schnell"],
    ["xai/grok-imagine-image", "xai/grok-imagine-image"],
  ])("%s is drawn by %s", (name, endpoint) => {
    const model = dictionary.resolve(name);
    expect([model?.id, model?.kind, model?.endpoints[0]?.id]).toEqual([name, "image", endpoint]);
  });

  const veo = "fal-ai/veo3.1";
  const full = [`${veo}`, `${veo}/image-to-video`, `${veo}/first-last-frame-to-video`];
  const fast = full.map((id) => id.replace(veo, `${veo}/fast`));
  const lite = full.map((id) => id.replace(veo, `${veo}/lite`));
  const old = ["fal-ai/veo2", "fal-ai/veo2/image-to-video"];
  const references = [`${veo}/reference-to-video`];
  const silent = { generate_audio: false };
  const sharp = { resolution: "1080p" };

  test.each([
    ["veo2", [old[0], lite[0]], [old[1], lite[1]], [lite[2]], undefined, undefined, silent],
    ["veo2-fast", [old[0], fast[0]], [old[1], fast[1]], [fast[2]], undefined, undefined, silent],
    ["veo2-pro", [old[0], full[0]], [old[1], full[1]], [full[2]], undefined, undefined, silent],
    ["veo2-fast-frames", [fast[0]], [fast[1]], [fast[2]], undefined, 2, silent],
    ["veo2-fast-components", [], undefined, undefined, references, 3, silent],
    ["veo2-pro-components", [], undefined, undefined, references, 3, silent],
    [
      "veo3",
      ["fal-ai/veo3", full[0]],
      ["fal-ai/veo3/image-to-video", full[1]],
      [full[2]],
      undefined,
      undefined,
      undefined,
    ],
    [
      "veo3-fast",
      ["fal-ai/veo3/fast", fast[0]],
      ["fal-ai/veo3/fast/image-to-video", fast[1]],
      [fast[2]],
      undefined,
      undefined,
      undefined,
    ],
    [
      "veo3-pro",
      ["fal-ai/veo3", full[0]],
      ["fal-ai/veo3/image-to-video", full[1]],
      [full[2]],
      undefined,
      undefined,
      sharp,
    ],
    ["veo3-fast-frames", [], [fast[1]], [fast[2]], undefined, 2, undefined],
    ["veo3-frames", [], [full[1]], [full[2]], undefined, 2, undefined],
    [
      "veo3-pro-frames",
      [],
      ["fal-ai/veo3/image-to-video", full[1]],
      undefined,
      undefined,
      1,
      sharp,
    ],
    ["veo3.1", [full[0]], [full[1]], [full[2]], references, undefined, undefined],
    ["veo3.1-fast", [fast[0]], [fast[1]], [fast[2]], undefined, undefined, undefined],
    ["veo3.1-pro", [full[0]], [full[1]], [full[2]], references, undefined, sharp],
    ["veo3.1-components", [], undefined, undefined, references, 3, undefined],
  ])("%s", (name, endpoints, first, frames, references, most, defaults) => {
    const model = dictionary.resolve(name)!;
    expect(model.kind).toBe("video");
    expect(ids(model.endpoints)).toEqual(endpoints as string[]);
    expect(ids(model.with.first)).toEqual(first as string[]);
    expect(ids(model.with.frames)).toEqual(frames as string[]);
    expect(ids(model.with.references)).toEqual(references as string[]);
    expect(model.alias?.mostPictures).toBe(most);
    expect(model.alias?.defaults).toEqual(defaults);
  });

  test.each([
    ["jimeng-video-3.0", "fal-ai/bytedance/seedance/v1/pro/text-to-video"],
    ["sora-2", "fal-ai/sora-2/text-to-video"],
    ["sora-2-pro", "fal-ai/sora-2/text-to-video/pro"],
  ])("%s is filmed by %s", (name, endpoint) => {
    const model = dictionary.resolve(name);
    expect([model?.kind, model?.endpoints[0]?.id]).toEqual(["video", endpoint]);
    expect(model?.with.first?.[0]?.id).toEndWith(
      name === "sora-2-pro" ? "/pro" : "/image-to-video",
    );
  });

  test("only names of OpenAI's gpt-image models answer as base64 by default", () => {
    const base64 = builtinAliases.filter((alias) => alias.format === "b64_json");
    expect(base64.map((alias) => alias.id)).toEqual([
      "gpt-image-1",
      "gpt-image-1-mini",
      "gpt-image-1.5",
      "gpt-image-2",
    ]);
  });
});

describe("the alias table", () => {
  test("names are unique, also among other spellings", () => {
    const names = builtinAliases.flatMap((alias) => [alias.id, ...(alias.also ?? [])]);
    expect(names.length).toBe(new Set(names).size);
  });

  test("every endpoint of every chain is known", () => {
    const chains = builtinAliases.flatMap((alias) => [
      alias.endpoints,
      ...Object.values(alias.with ?? {}),
    ]);
    const unknown = chains.flat().filter((id) => !findEndpoint(catalog, id));
    expect(unknown).toEqual([]);
  });

  test("every alias is served by something", () => {
    const idle = dictionary
      .list()
      .filter(
        (model) =>
          ![...model.endpoints, ...Object.values(model.with).flat(), model.upstream].some(Boolean),
      );
    expect(ids(idle)).toEqual([]);
  });

  test("gpt-image-2 takes what its declarations of August 2026 say", () => {
    const { input } = findEndpoint(catalog, "openai/gpt-image-2/edit")!;
    expect(Object.keys(input).sort()).toEqual([
      "background",
      "image_size",
      "image_urls",
      "mask_url",
      "num_images",
      "output_format",
      "prompt",
      "quality",
      "sync_mode",
    ]);
  });
});

describe("names that nobody has", () => {
  test.each([
    "nope",
    "",
    "fal-ai/nope",
    "fal-ai/flux/dev/",
    "gpt-image-9",
    "constructor",
    "__proto__",
    "../etc/passwd",
    "a/b/c",
    "vendor/",
    "/model",
    "vendor/mo del",
  ])("%j", (name) => {
    expect(dictionary.resolve(name)).toBeUndefined();
  });

  test.each([
    ["flux-1.1-prp", ["flux-1.1-pro"]],
    ["nanobanana", ["nano-banana"]],
    ["Flux Dev", ["flux-dev"]],
    ["fal-ai/flux/dve", ["flux-dev", "fal-ai/flux/dev"]],
    ["imagen4-previev", ["imagen4-preview"]],
    ["gpt-image-9", ["gpt-image-1"]],
    ["q", []],
  ])("%s: did you mean %j", (name, hints) => {
    expect(dictionary.nearest(name, 6)).toEqual(expect.arrayContaining(hints));
    expect(dictionary.nearest(name, 2).length).toBeLessThanOrEqual(2);
  });

  test("a name of any length is answered at once", () => {
    const started = performance.now();
    dictionary.nearest("x".repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("[models] of falgate.toml", () => {
  const overrides: Record<string, Override> = {
    "dall-e-3": "fal-ai/flux-pro/v1.1-ultra",
    house: "flux-dev",
    talker: "gpt-4o",
    "flux-dev": "fal-ai/flux/krea",
    poster: {
      endpoints: ["fal-ai/ideogram/v3", "fal-ai/ideogram/v2"],
      edit: "fal-ai/ideogram/v3/edit",
      name: "Poster",
      defaults: { style: "DESIGN" },
      format: "b64_json",
    },
    mine: { endpoint: "acme/mine", like: "fal-ai/flux/dev" },
    "gpt-image-1": { endpoint: "gpt-image-1", format: "url" },
  };
  const own = createDictionary({ catalog, overrides });

  test.each([
    ["dall-e-3", "image", ["fal-ai/flux-pro/v1.1-ultra"], undefined],
    ["house", "image", ["fal-ai/flux/dev", "fal-ai/flux-1/dev"], undefined],
    ["talker", "chat", [], "openai/gpt-4o"],
    ["flux-dev", "image", ["fal-ai/flux/krea"], undefined],
    ["poster", "image", ["fal-ai/ideogram/v3", "fal-ai/ideogram/v2"], undefined],
    ["mine", "image", ["acme/mine"], undefined],
    ["flux-schnell", "image", ["fal-ai/flux/schnell", "fal-ai/flux-1/schnell"], undefined],
  ])("%s", (name, kind, endpoints, upstream) => {
    const model = own.resolve(name)!;
    expect([model.kind as string, ids(model.endpoints), model.upstream]).toEqual([
      kind,
      endpoints,
      upstream,
    ]);
  });

  test("details are kept", () => {
    expect(own.resolve("poster")?.alias).toStrictEqual({
      id: "poster",
      name: "Poster",
      modality: "text-to-image",
      owner: "fal-ai",
      endpoints: ["fal-ai/ideogram/v3", "fal-ai/ideogram/v2"],
      with: { edit: ["fal-ai/ideogram/v3/edit"] },
      defaults: { style: "DESIGN" },
      format: "b64_json",
    });
    expect(own.resolve("gpt-image-1")?.alias?.format).toBeUndefined();
    expect(own.resolve("mine")?.endpoints[0]?.input).toEqual(catalog.get("fal-ai/flux/dev")!.input);
  });

  test("they are listed, once each", () => {
    const listed = ids(own.list());
    expect(listed).toContain("poster");
    expect(listed?.length).toBe(new Set(listed).size);
  });

  test.each<[Override, string]>([
    ["nope", 'models."x": there is no model nope'],
    [
      "fal-ai/fluxx/schnell",
      'models."x": there is no model fal-ai/fluxx/schnell. Near it: fal-ai/flux/schnell',
    ],
    [
      { endpoint: "flux-dev", edit: "fal-ai/none" },
      'models."x": there is no endpoint fal-ai/none to edit with',
    ],
    [{}, 'models."x": give it an endpoint'],
    [
      { endpoint: "acme/mine", like: "acme/none" },
      'models."x": there is no endpoint acme/none to be like',
    ],
  ])("%j is refused", (override, message) => {
    expect(() => createDictionary({ catalog, overrides: { x: override } })).toThrow(message);
  });
});

function ids(models: readonly { id: string }[] | undefined) {
  return models?.map((model) => model.id);
}
