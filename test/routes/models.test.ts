/** `/v1/models`, and the ways in which its path is written. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CLIENT_KEY, type Gateway, inProcess, PLACES } from "../support/gateway.ts";
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

const row = (id: string, more: object = {}) => ({
  id,
  object: "model",
  created: 1677609600,
  owned_by: "fal-ai",
  permission: [],
  root: id,
  parent: null,
  name: id,
  modality: expect.any(String),
  architecture: expect.objectContaining({ output_modalities: expect.any(Array) }),
  ...more,
});

const asked = (path: string, body: unknown): Scenario => ({
  name: path,
  send: { path },
  expect: { status: 200, body, headers: { "content-type": /^application\/json/ } },
});

const page = (id: string, more: object = {}) =>
  expect.objectContaining(row(id, { endpoints: expect.any(Array), ...more }));

const imagen = page("imagen4-preview", {
  name: "Imagen 4",
  modality: "text-to-image",
  architecture: {
    modality: "text+image->image",
    input_modalities: ["text", "image"],
    output_modalities: ["image"],
  },
});

scenarios("a model", [
  asked("/v1/models/imagen4-preview", imagen),
  asked("/models/imagen4-preview", imagen),
  asked("/v1/v1/models/imagen4-preview", imagen),
  asked("/v1/models/imagen4-preview/", imagen),
  asked("/v1/models/imagen4-preview?x=1", imagen),
  asked("/models/imagen4-preview?x=/v1/v1/", imagen),
  asked(
    "/v1/models/Flux%201.1%20Pro%20Ultra",
    expect.objectContaining({ id: "Flux 1.1 Pro Ultra" }),
  ),
  ...["/v1/models/", "/models/", "/v1/v1/models/"].flatMap((base) => [
    asked(`${base}fal-ai/flux-1/dev`, page("fal-ai/flux-1/dev")),
    asked(`${base}fal-ai%2Fflux-1%2Fdev`, page("fal-ai/flux-1/dev")),
    asked(`${base}fal-ai%2fflux-1/dev`, page("fal-ai/flux-1/dev")),
  ]),
  asked(
    "/v1/models/anthropic/claude-sonnet-4",
    expect.objectContaining({ id: "anthropic/claude-sonnet-4" }),
  ),
  asked(
    "/v1/models/anthropic%2Fclaude-sonnet-4",
    expect.objectContaining({ id: "anthropic/claude-sonnet-4" }),
  ),
  {
    name: "an id that is encoded twice is another id",
    send: { path: "/v1/models/fal-ai%252Fflux-1%252Fdev" },
    expect: { status: 404 },
  },
]);

/** Every name that the contracts give, and some that clients are hard-wired to. */
const NAMES = [
  "flux-1.1-ultra",
  "recraft-v3",
  "flux-1.1-pro",
  "ideogram-v2",
  "flux-dev",
  "imagen4-preview",
  "Flux 1.1 Pro Ultra",
  "gpt-image-1",
  "dall-e-3",
  "veo3",
  "veo3-fast-frames",
  "jimeng-video-3.0",
  "anthropic/claude-sonnet-4",
  "openai/gpt-4o",
  "fal-ai/flux-1/dev",
  "fal-ai/nano-banana/edit",
];

describe.each(PLACES)("the list, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  const headers = { authorization: `Bearer ${CLIENT_KEY}` };

  test.each(["/v1/models", "/models", "/v1/v1/models", "/v1/models/", "/v1/models?limit=5"])(
    "%s",
    async (path) => {
      const response = await gateway.fetch(path, { headers });
      const { object, data } = (await response.json()) as {
        object: string;
        data: { id: string }[];
      };
      expect([response.status, object]).toEqual([200, "list"]);
      const ids = data.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(NAMES));
      expect(new Set(ids).size).toBe(ids.length);
      for (const one of data) {
        const named = { owned_by: expect.any(String), name: expect.any(String) };
        expect(one as unknown).toEqual(expect.objectContaining(row(one.id, named)));
      }
    },
  );

  test("HEAD has no body", async () => {
    const response = await gateway.fetch("/v1/models", { headers, method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test("each of them can be asked for", async () => {
    const { data } = (await (await gateway.fetch("/v1/models", { headers })).json()) as {
      data: { id: string }[];
    };
    for (const model of data) {
      const response = await gateway.fetch(`/v1/models/${encodeURIComponent(model.id)}`, {
        headers,
      });
      const { endpoints, ...shown } = (await response.json()) as { endpoints: unknown[] };
      expect(shown as unknown).toStrictEqual(model);
      expect(endpoints).toBeArray();
    }
  });

  const kinds = async (query: string) => {
    const response = await gateway.fetch(`/v1/models?modality=${query}`, { headers });
    return { status: response.status, body: (await response.json()) as { data: Row[] } };
  };
  type Row = { id: string; modality: string; architecture: { output_modalities: string[] } };

  test.each(["image", "video", "audio", "text"])("only what gives %s", async (kind) => {
    const { data } = (await kinds(kind)).body;
    expect(data.length).toBeGreaterThan(2);
    for (const { architecture } of data) expect(architecture.output_modalities).toContain(kind);
  });

  test.each(["image-to-image", "text-to-speech", "speech-to-text", "chat"])(
    "only %s",
    async (kind) => {
      const { data } = (await kinds(kind)).body;
      expect(new Set(data.map(({ modality }) => modality))).toEqual(new Set([kind]));
    },
  );

  test("a kind that no model is of", async () => {
    const { status, body } = await kinds("smell");
    expect([status, body as unknown]).toEqual([
      400,
      invalid(/No model is of the kind 'smell': there are image, text-to-image/, "modality"),
    ]);
  });
});

describe("all of it, where the owner says so", () => {
  test("the aliases, then every endpoint", async () => {
    const gateway = await inProcess({ env: { LIST_MODELS: "all" } });
    const response = await gateway.fetch("/v1/models", {
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
    });
    const { data } = (await response.json()) as { data: { id: string }[] };
    const ids = data.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(1250);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.slice(0, 2)).toEqual(["imagen4-preview", "imagen4-fast"]);
    expect(ids).toEqual(expect.arrayContaining([...NAMES, "fal-ai/trellis", "fal-ai/ace-step"]));
    await gateway.stop();
  });
});
