/** `POST /v1/images/generations`: what fal is sent, and pictures as links and as base64. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fetched, generated } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import { type Scenario, scenarios } from "../support/scenario.ts";

const PATH = "/v1/images/generations";
const FLUX = "fal-ai/flux/dev";
const link = (size: string) => ({ url: expect.stringMatching(new RegExp(`/files/.*-${size}`)) });

const pictures = (model: string, data: unknown) => ({ created: expect.any(Number), model, data });
const nulls = (...names: string[]) => Object.fromEntries(names.map((name) => [name, null]));
const many = (count: number, item: unknown) => Array.from({ length: count }, () => item);

const drawn = (
  name: string,
  body: Record<string, unknown>,
  fal: Scenario["fal"],
  data: unknown,
  headers: Record<string, string | RegExp | null> = {},
): Scenario => ({
  name,
  send: { path: PATH, body },
  fal: fal ?? [],
  expect: {
    status: 200,
    body: pictures(String(body.model ?? "imagen4-preview"), data),
    headers: { "content-type": /^application\/json/, ...headers },
  },
});

/** `flux-dev` with that shape of picture. */
const shaped = (size: string, image_size: unknown, result: string): Scenario =>
  drawn(
    `size ${size}`,
    { model: "flux-dev", prompt: "a cat", size },
    generated(FLUX, { prompt: "a cat", image_size, num_images: 1 }),
    [link(result)],
  );

scenarios("pictures", [
  drawn(
    "the default model",
    { prompt: "a cat" },
    generated("fal-ai/imagen4/preview", { prompt: "a cat", num_images: 1 }),
    [link("1024x1024")],
  ),
  {
    name: "null is absent",
    send: {
      path: PATH,
      body: {
        prompt: "a cat",
        ...nulls("model", "n", "size", "quality", "response_format", "stream"),
      },
    },
    fal: generated("fal-ai/imagen4/preview", { prompt: "a cat", num_images: 1 }),
    expect: { status: 200, body: pictures("imagen4-preview", [link("1024x1024")]) },
  },
  drawn(
    "a full fal id",
    { model: "fal-ai/flux-1/schnell", prompt: "a cat" },
    generated("fal-ai/flux-1/schnell", { prompt: "a cat", num_images: 1 }),
    [link("1024x768")],
  ),
  drawn(
    "a name with blanks and capitals",
    { model: "Flux 1.1 Pro Ultra", prompt: "a cat", size: "9:16" },
    generated("fal-ai/flux-pro/v1.1-ultra", {
      prompt: "a cat",
      aspect_ratio: "9:16",
      num_images: 1,
    }),
    [link("1536x2736")],
  ),
  shaped("1024x1024", { width: 1024, height: 1024 }, "1024x1024"),
  shaped("1024x1536", { width: 1024, height: 1536 }, "1024x1536"),
  shaped("16:9", "landscape_16_9", "1024x576"),
  drawn(
    "auto as a size",
    { model: "flux-dev", prompt: "a cat", size: "auto" },
    generated(FLUX, { prompt: "a cat", num_images: 1 }),
    [link("1024x768")],
  ),
  drawn(
    "unknown words that are fields of the model, and those that are none",
    {
      model: "flux-dev",
      prompt: "a cat",
      guidance_scale: 2,
      seed: 7,
      foo: "bar",
      user: "u1",
      moderation: "low",
      steps: null,
    },
    generated(FLUX, { prompt: "a cat", guidance_scale: 2, seed: 7, num_images: 1 }),
    [link("1024x768")],
  ),
  drawn(
    "a size that the model can only come near is told",
    { model: "flux-1.1-ultra", prompt: "a cat", size: "1000x990" },
    generated("fal-ai/flux-pro/v1.1-ultra", {
      prompt: "a cat",
      aspect_ratio: "1:1",
      num_images: 1,
    }),
    [link("2048x2048")],
    { "x-falgate-adjusted": /aspect_ratio|size/ },
  ),
  drawn(
    "three at once",
    { model: "flux-dev", prompt: "a cat", n: 3 },
    generated(FLUX, { prompt: "a cat", num_images: 3 }),
    many(3, link("1024x768")),
  ),
  drawn(
    "ten of a model that gives four at most",
    { prompt: "a cat", n: 10 },
    [4, 4, 2].flatMap((num_images) =>
      generated("fal-ai/imagen4/preview", { prompt: "a cat", num_images }),
    ),
    many(10, link("1024x1024")),
  ),
  drawn(
    "three of a model that gives one, each with a seed of its own where one is given",
    { model: "ideogram-v2", prompt: "a cat", n: 3, seed: 5 },
    [5, 6, 7].flatMap((seed) => generated("fal-ai/ideogram/v2", { prompt: "a cat", seed })),
    many(3, link("1024x1024")),
  ),
  drawn(
    "a black picture is left out",
    { model: "flux-dev", prompt: "a cat [sandbox nsfw=1]", n: 3 },
    generated(FLUX, { prompt: "a cat [sandbox nsfw=1]", num_images: 3 }),
    many(2, { ...link("1024x768"), revised_prompt: "a cat" }),
  ),
  drawn(
    "a revised prompt",
    { model: "recraft-v3", prompt: 'a cat [sandbox revised="a tabby"]' },
    generated("fal-ai/recraft/v3/text-to-image", { prompt: 'a cat [sandbox revised="a tabby"]' }),
    [{ ...link("1024x1024"), revised_prompt: "a tabby" }],
  ),
  ...["text/plain", "application/json; charset=utf-8", null].map((type): Scenario => ({
    name: `the content type ${type}`,
    send: { path: PATH, headers: { "content-type": type }, body: '{"prompt":"a cat"}' },
    fal: generated("fal-ai/imagen4/preview", { prompt: "a cat", num_images: 1 }),
    expect: { status: 200 },
  })),
  ...["/images/generations", "/v1/v1/images/generations", `${PATH}/`, `${PATH}?x=/v1`].map(
    (path): Scenario => ({
      name: path,
      send: { path, body: { prompt: "a cat" } },
      fal: generated("fal-ai/imagen4/preview", { prompt: "a cat", num_images: 1 }),
      expect: { status: 200, body: pictures("imagen4-preview", [link("1024x1024")]) },
    }),
  ),
]);

describe.each(PLACES)("base64, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  async function draw(body: object) {
    gateway.fal.reset();
    const response = await gateway.fetch(PATH, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({ prompt: "a cat", ...body }),
    });
    const text = await response.text();
    return { response, text, answer: JSON.parse(text) as Answer };
  }

  interface Answer {
    created: number;
    model: string;
    data: { b64_json: string }[];
  }

  /** The files that fal served, in the order in which they were fetched. */
  const files = () =>
    Promise.all(
      fetched(gateway.fal).map(async ({ path }) =>
        Buffer.from(await (await fetch(`${gateway.fal.url}/files${path}`)).arrayBuffer()),
      ),
    );

  test.each([
    [{ model: "flux-dev", response_format: "b64_json" }, 1],
    [{ model: "flux-dev", response_format: "b64_json", n: 3, output_format: "png" }, 3],
    [{ model: "ideogram-v2", response_format: "b64_json", n: 4 }, 4],
    [{ model: "gpt-image-1" }, 1],
    [{ model: "gpt-image-1", n: 2, response_format: "b64_json" }, 2],
  ] as const)("%j: the very bytes that fal served", async (body, count) => {
    const { response, answer } = await draw(body);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    const { created, data, model, ...rest } = answer;
    expect([typeof created, model, rest]).toEqual(["number", body.model, {}]);
    const got = data.map(({ b64_json, ...more }) => {
      expect(more).toEqual({});
      return Buffer.from(b64_json, "base64");
    });
    const served = await files();
    expect(got.length).toBe(count);
    expect(got.map((bytes) => Bun.hash(bytes)).sort()).toEqual(
      served.map((bytes) => Bun.hash(bytes)).sort(),
    );
  });

  test("a link where a gpt-image alias is asked for one", async () => {
    const { answer } = await draw({ model: "gpt-image-1", response_format: "url" });
    expect(answer.data).toEqual([link("1024x1024")] as never);
    expect(fetched(gateway.fal)).toEqual([]);
  });
});

describe("DEFAULT_RESPONSE_FORMAT", () => {
  scenarios(
    "b64_json",
    [
      {
        name: "an alias without a format of its own",
        send: { path: PATH, body: { model: "flux-dev", prompt: "a cat", output_format: "png" } },
        fal: generated(FLUX, { prompt: "a cat", output_format: "png", num_images: 1 }),
        expect: {
          status: 200,
          text: /"data":\[\{"b64_json":"iVBOR[^"]+"\}\],"model":"flux-dev"\}$/,
        },
        absent: ['"url"'],
      },
      drawn(
        "a link where it is asked for",
        { model: "flux-dev", prompt: "a cat", response_format: "url" },
        generated(FLUX, { prompt: "a cat", num_images: 1 }),
        [link("1024x768")],
      ),
    ],
    { env: { DEFAULT_RESPONSE_FORMAT: "b64_json" } },
  );
});
