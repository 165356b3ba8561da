/** Inputs that an endpoint does not take are refused in fal's and pydantic's words. */
import { afterAll, describe, expect, test } from "bun:test";
import { generate, type Json, post, quick } from "./support.ts";

const sandbox = quick({
  retired: ["fal-ai/veo2", "fal-ai/imagen4/*"],
  apps: {
    "acme/app": "images",
    "acme/typed": { output: "text", input: { n: { type: "integer", required: true } } },
  },
});
afterAll(() => sandbox.stop());

const table: readonly (readonly [string, Json, Json])[] = [
  [
    "fal-ai/flux/dev",
    {},
    { type: "missing", loc: ["body", "prompt"], msg: "Field required", input: {} },
  ],
  [
    "fal-ai/flux/dev",
    { prompt: 5 },
    {
      type: "string_type",
      loc: ["body", "prompt"],
      msg: "Input should be a valid string",
      input: 5,
    },
  ],
  ["fal-ai/flux/dev", { prompt: null }, { type: "string_type", input: null }],
  ["fal-ai/flux/dev", { prompt: "a", seed: "x" }, { type: "int_parsing", loc: ["body", "seed"] }],
  ["fal-ai/flux/dev", { prompt: "a", seed: 1.5 }, { type: "int_from_float" }],
  ["fal-ai/flux/dev", { prompt: "a", seed: [] }, { type: "int_type" }],
  ["fal-ai/flux/dev", { prompt: "a", guidance_scale: "x" }, { type: "float_parsing" }],
  ["fal-ai/flux/dev", { prompt: "a", enable_safety_checker: "maybe" }, { type: "bool_parsing" }],
  [
    "fal-ai/flux/dev",
    { prompt: "a", output_format: "gif" },
    {
      type: "literal_error",
      loc: ["body", "output_format"],
      msg: "Input should be 'jpeg' or 'png'",
      input: "gif",
      ctx: { expected: "'jpeg' or 'png'" },
    },
  ],
  ["fal-ai/flux/dev", { prompt: "a", image_size: "huge" }, { type: "model_attributes_type" }],
  ["fal-ai/flux/dev", { prompt: "a", num_images: 5 }, { type: "less_than_equal", ctx: { le: 4 } }],
  [
    "fal-ai/flux/dev",
    { prompt: "a", num_images: 0 },
    { type: "greater_than_equal", ctx: { ge: 1 } },
  ],
  [
    "fal-ai/nano-banana/edit",
    { prompt: "a", image_urls: "b" },
    { type: "list_type", loc: ["body", "image_urls"] },
  ],
  [
    "fal-ai/nano-banana/edit",
    { prompt: "a", image_urls: [1] },
    { type: "string_type", loc: ["body", "image_urls", 0] },
  ],
  [
    "fal-ai/veo3.1",
    { prompt: "a", duration: "5s" },
    { type: "literal_error", loc: ["body", "duration"] },
  ],
  ["acme/typed", {}, { type: "missing", loc: ["body", "n"] }],
];

describe("422", () => {
  for (const [endpoint, input, problem] of table) {
    test(`${endpoint} ${JSON.stringify(input)} -> ${problem["type"]}`, async () => {
      const { status, body, headers } = await post(`${sandbox.runUrl}/${endpoint}`, input);
      expect(status).toBe(422);
      expect(body["detail"][0]).toMatchObject(problem);
      expect(headers.get("x-fal-billable-units")).toBe("0");
    });
  }

  test("the queue takes it, and its result says so", async () => {
    const { submitted, last, result } = await generate(sandbox, "fal-ai/flux/dev", {});
    expect(submitted.status).toBe(200);
    expect(last).toMatchObject({ status: "COMPLETED", error_type: "missing" });
    expect(result.status).toBe(422);
  });

  const lax: Json[] = [
    { seed: "7" },
    { seed: 7.0 },
    { num_images: null },
    { guidance_scale: "3.5" },
    { enable_safety_checker: "no" },
    { anything: "else" },
  ];
  for (const input of lax) {
    test(`taken: ${JSON.stringify(input)}`, async () => {
      const answer = await post(`${sandbox.runUrl}/fal-ai/flux/dev`, { prompt: "a", ...input });
      expect(answer.status).toBe(200);
    });
  }
});

describe("404", () => {
  const unknown = [
    ["fal-ai/flux-9/dev", "flux-9"],
    ["nobody/nothing", "nothing"],
    ["fal-ai/veo2", "veo2"],
    ["fal-ai/imagen4/preview", "imagen4"],
    ["workflows/acme/poster", "poster"],
  ] as const;
  for (const host of ["queueUrl", "runUrl"] as const) {
    for (const [endpoint, name] of unknown) {
      test(`${host} ${endpoint}`, async () => {
        const { status, body } = await post(`${sandbox[host]}/${endpoint}`, { prompt: "a" });
        expect(status).toBe(404);
        expect(body).toEqual({ detail: `Application "${name}" not found` });
      });
    }
  }

  test("a path that its app does not have", async () => {
    const direct = await post(`${sandbox.runUrl}/fal-ai/flux/nope`, { prompt: "a" });
    expect(direct.status).toBe(404);
    expect(direct.body).toEqual({ detail: "Path /nope not found" });
    const { result } = await generate(sandbox, "fal-ai/flux/nope", { prompt: "a" });
    expect(result.status).toBe(404);
    expect(result.headers.get("x-fal-billable-units")).toBe("0");
  });

  test("retired branches spare the others", async () => {
    const answer = await post(`${sandbox.runUrl}/fal-ai/veo2/image-to-video`, {
      prompt: "a",
      image_url: "https://example.com/a.png",
    });
    expect(answer.status).toBe(200);
  });

  test("a test's own app", async () => {
    expect((await post(`${sandbox.runUrl}/acme/app`, {})).body["images"]).toHaveLength(1);
  });
});
