/** The catalogue kept fresh: what is asked, what is adopted, what is kept, and what never breaks it. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFreshness, remembered } from "../../src/cli/freshness.ts";
import { learning } from "../../src/cli/dictionary.ts";
import type { Platform, PlatformModel } from "../../src/fal/platform.ts";
import { silent } from "../../src/log.ts";
import { createLiveCatalog, readSnapshot } from "../../src/models/live.ts";
import { createDictionary } from "../../src/models/resolve.ts";
import { openapiOf } from "../../src/sandbox/openapi.ts";

const folder = mkdtempSync(join(tmpdir(), "falgate-fresh-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prompt = { type: "string", required: true } as const;
const PAINT = openapiOf({
  id: "acme/paint",
  output: "images",
  input: { prompt, seed: { type: "integer" } },
});

function emulated(more: Partial<Platform> = {}) {
  const asked: string[][] = [];
  const models: PlatformModel[] = [
    { id: "fal-ai/flux/dev", name: "FLUX.1 [dev]", retired: false },
    { id: "fal-ai/imagen4/preview", retired: true },
    { id: "acme/paint", name: "Paint", retired: false, updated: "1" },
  ];
  const platform: Platform = {
    models: async () => models,
    schemas: async (ids) => {
      asked.push([...ids]);
      return new Map(ids.map((id) => [id, PAINT]));
    },
    prices: async (ids) => ids.map((id) => ({ id, unit: "images", amount: 0.04, currency: "USD" })),
    ...more,
  };
  return { platform, asked, models };
}

const making = (platform: Platform, within?: string) => {
  const catalog = createLiveCatalog();
  const everyMs = 3_600_000;
  return {
    catalog,
    dictionary: createDictionary({ catalog }),
    ...createFreshness({ platform, catalog, folder: within, log: silent, everyMs }),
  };
};

test("a new endpoint is served, a retired one passed over, prices and names are known", async () => {
  const { platform } = emulated();
  const { dictionary, catalog, refresh } = making(platform);
  expect(dictionary.resolve("acme/paint")?.endpoints ?? []).toEqual([]);
  expect(dictionary.resolve("imagen4-preview")!.endpoints[0]!.id).toBe("fal-ai/imagen4/preview");
  const before = dictionary.revision();

  await refresh();
  expect(dictionary.resolve("acme/paint")).toMatchObject({
    kind: "image",
    endpoints: [
      { id: "acme/paint", output: "images", input: { prompt, seed: { type: "integer" } } },
    ],
  });
  expect(dictionary.resolve("imagen4-preview")!.endpoints.map(({ id }) => id)).toEqual([
    "fal-ai/nano-banana-2",
    "fal-ai/nano-banana",
  ]);
  // By its own id it is fal's to refuse.
  expect(dictionary.resolve("fal-ai/imagen4/preview")!.endpoints).toHaveLength(1);
  expect(dictionary.about("fal-ai/flux/dev")).toEqual({
    name: "FLUX.1 [dev]",
    price: { unit: "images", amount: 0.04, currency: "USD" },
  });
  expect(dictionary.about("fal-ai/imagen4/preview").retired).toBe(true);
  expect(catalog.ids()).toContain("acme/paint");
  expect(dictionary.revision()).toBeGreaterThan(before);
});

test("schemas are asked for once, and again when fal has changed a model", async () => {
  const { platform, asked, models } = emulated();
  const { refresh } = making(platform);
  await refresh();
  await refresh();
  models[2] = { ...models[2]!, updated: "2" };
  await refresh();
  expect(asked).toEqual([["acme/paint"], [], ["acme/paint"]]);
});

test("a chain of which all is retired stays: the answer is fal's to give", async () => {
  const { platform } = emulated({
    models: async () =>
      ["fal-ai/imagen4/preview", "fal-ai/nano-banana-2", "fal-ai/nano-banana"].map((id) => ({
        id,
        retired: true,
      })),
  });
  const { dictionary, refresh } = making(platform);
  await refresh();
  expect(dictionary.resolve("imagen4-preview")!.endpoints).toHaveLength(3);
});

describe("kept", () => {
  test("for the next start, whole, and nothing beside it", async () => {
    const place = join(folder, "kept");
    const { refresh } = making(emulated().platform, place);
    await refresh();
    expect(readdirSync(place)).toEqual(["catalog.json"]);
    const next = createDictionary({ catalog: learning(place) });
    expect(next.resolve("acme/paint")!.endpoints[0]!.input.prompt).toEqual(prompt);
    expect(next.about("acme/paint").price?.amount).toBe(0.04);
  });

  test.each([
    ["half of it", '{"version":1,"mod'],
    ["another version", '{"version":2,"models":{},"endpoints":{},"prices":{}}'],
    ["an endpoint of no kind", '{"version":1,"models":{},"endpoints":{"a/b":{}},"prices":{}}'],
    ["a list", "[]"],
    ["nothing", ""],
  ])("%s is not read", (_, text) => {
    writeFileSync(join(folder, "catalog.json"), text);
    expect(remembered(folder)).toBeUndefined();
    expect(learning(folder).ids()).toHaveLength(1207);
  });

  test("nowhere when there is no folder, or none can be made", async () => {
    expect(remembered(undefined)).toBeUndefined();
    expect(remembered(join(folder, "absent"))).toBeUndefined();
    const { refresh, dictionary } = making(emulated().platform, "/proc/falgate");
    await refresh();
    expect(dictionary.resolve("acme/paint")!.endpoints).toHaveLength(1);
  });
});

describe("what fails leaves the catalogue as it is", () => {
  test.each([
    ["no list", { models: () => Promise.reject(new Error("down")) }],
    ["an empty list", { models: async () => [] }],
    ["no schemas", { schemas: () => Promise.reject(new Error("down")) }],
  ])("%s", async (_, more) => {
    const { refresh, catalog } = making(emulated(more).platform);
    expect(await refresh().catch((error: unknown) => error)).toBeInstanceOf(Error);
    expect([catalog.revision!(), catalog.ids().length]).toEqual([0, 1207]);
  });

  test("no prices: all else is fresh", async () => {
    const { refresh, dictionary } = making(
      emulated({ prices: () => Promise.reject(new Error("forbidden")) }).platform,
    );
    await refresh();
    expect(dictionary.resolve("acme/paint")!.endpoints).toHaveLength(1);
    expect(dictionary.about("acme/paint")).toEqual({ name: "Paint" });
  });

  test("a schema that says nothing: the others are there", async () => {
    const { refresh, dictionary } = making(
      emulated({ schemas: async () => new Map([["acme/paint", { openapi: "3.0.4" }]]) }).platform,
    );
    await refresh();
    expect(dictionary.resolve("acme/paint")?.endpoints ?? []).toEqual([]);
    expect(dictionary.about("fal-ai/flux/dev").name).toBe("FLUX.1 [dev]");
  });
});

test("a start waits for nothing, and an end ends it", () => {
  const { platform } = emulated({ models: () => new Promise(() => {}) });
  const { start, stop, dictionary } = making(platform);
  start();
  expect(dictionary.list().length).toBeGreaterThan(60);
  stop();
});

test("names that every object has are no models", () => {
  const catalog = createLiveCatalog();
  catalog.adopt(readSnapshot({ version: 1, models: {}, endpoints: {}, prices: {} })!);
  expect(catalog.about!("constructor")).toEqual({});
  expect(catalog.get("toString")).toBeUndefined();
});
