/** The platform's list of models, prices and account. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { type Json, get, post, quick } from "./support.ts";

const sandbox = quick({ retired: ["fal-ai/veo2"] });
const base = `${sandbox.platformUrl}/v1`;
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const ids = (body: Json) => body["models"].map((model: Json) => model["endpoint_id"]);

describe("models", () => {
  test("pages through all of them once", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body }: { body: Json } = await get(`${base}/models?limit=500&cursor=${cursor}`);
      seen.push(...ids(body));
      cursor = body["next_cursor"];
      expect(body["has_more"]).toBe(cursor !== null);
    }
    expect(seen.length).toBeGreaterThan(1200);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("by id, repeatable, without a key", async () => {
    const response = await fetch(
      `${base}/models?endpoint_id=fal-ai/flux/dev&endpoint_id=fal-ai/veo2`,
    );
    const { models } = (await response.json()) as Json;
    expect(models.map((model: Json) => [model["endpoint_id"], model["metadata"].status])).toEqual([
      ["fal-ai/flux/dev", "active"],
      ["fal-ai/veo2", "deprecated"],
    ]);
    expect(models[0]).not.toHaveProperty("openapi");
  });

  const filters = [
    ["q=kontext&category=image-to-image", "fal-ai/flux-pro/kontext"],
    ["q=veo2&status=deprecated", "fal-ai/veo2"],
    ["q=wizper&category=speech-to-text", "fal-ai/wizper"],
    ["q=seedance&category=image-to-video", "fal-ai/bytedance/seedance/v1/pro/image-to-video"],
  ] as const;
  for (const [query, id] of filters) {
    test(query, async () => {
      const { body } = await get(`${base}/models?limit=100&${query}`);
      expect(ids(body)).toContain(id);
      expect(ids(body)).not.toContain("fal-ai/flux/schnell");
    });
  }

  test("expand=openapi-3.0 tells the input", async () => {
    const { body } = await get(`${base}/models?endpoint_id=fal-ai/flux/dev&expand=openapi-3.0`);
    const { schemas } = body["models"][0].openapi.components;
    expect(schemas.Input.required).toEqual(["prompt"]);
    expect(schemas.Input.properties.output_format).toEqual({
      type: "string",
      enum: ["jpeg", "png"],
    });
  });
});

describe("prices", () => {
  test("agree with the units that results tell", async () => {
    const endpoints = ["fal-ai/flux/dev", "fal-ai/veo3.1", "fal-ai/kokoro/american-english"];
    const named = endpoints.map((id) => `endpoint_id=${id}`).join("&");
    const { body } = await get(`${base}/models/pricing?${named}`);
    expect(body["prices"].map((price: Json) => price["unit"]).sort()).toEqual([
      "1000 characters",
      "megapixels",
      "seconds",
    ]);
    const input = { prompt: "hello", duration: "8s", image_size: { width: 2048, height: 2048 } };
    for (const { endpoint_id, unit_price } of body["prices"]) {
      const fields = endpoint_id.includes("flux") ? input : { prompt: "hello", duration: "8s" };
      const { headers } = await post(`${sandbox.runUrl}/${endpoint_id}`, fields);
      const units = Number(headers.get("x-fal-billable-units"));
      expect(sandbox.billed.at(-1)).toMatchObject({ units, unitPrice: unit_price });
    }
    expect(sandbox.billed.map(({ endpoint, units }) => [endpoint, units]).sort()).toEqual([
      ["fal-ai/flux/dev", 4],
      ["fal-ai/kokoro/american-english", 0.005],
      ["fal-ai/veo3.1", 8],
    ]);
  });

  test("unknown endpoints", async () => {
    expect((await get(`${base}/models/pricing?endpoint_id=a/b`)).status).toBe(404);
    expect((await get(`${base}/models/pricing`, { authorization: "" })).status).toBe(401);
  });

  test("estimates", async () => {
    const endpoints = { "fal-ai/flux/dev": { unit_quantity: 4 } };
    const body = { estimate_type: "unit_price", endpoints };
    expect((await post(`${base}/models/pricing/estimate`, body)).body).toEqual({
      estimate_type: "unit_price",
      total_cost: 0.1,
      currency: "USD",
    });
    expect((await post(`${base}/models/pricing/estimate`, { endpoints })).status).toBe(400);
  });
});

test("the balance falls by what was billed", async () => {
  await post(`${sandbox.runUrl}/fal-ai/nano-banana`, { prompt: "a" });
  const { body } = await get(`${base}/account/billing?expand=credits`);
  expect(body["username"]).toBe("me");
  expect(body["credits"].current_balance).toBeCloseTo(100 - 0.039, 6);
});

test("meta", async () => {
  expect((await get(`${base}/meta`)).body["webhook_ip_ranges"]).toBeArray();
});
