/** `/v1/embeddings`: passed to fal to the byte, and back. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import OpenAI7 from "openai";
import OpenAI6 from "openai-6";
import { FAL_KEY } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import { createProvider, PATH, type Provider } from "../support/provider.ts";
import { error, invalid } from "../support/scenario.ts";

const LIST = {
  object: "list",
  model: "openai/text-embedding-3-small",
  data: [{ object: "embedding", index: 0, embedding: [0.1, -2e-9] }],
  usage: { prompt_tokens: 2, total_tokens: 2, cost: 1e-7 },
};

describe.each(PLACES)("embeddings, %s", (_, start) => {
  let provider: Provider;
  let gateway: Gateway;
  beforeAll(async () => {
    provider = createProvider();
    gateway = await start({ env: { FAL_RUN_URL: provider.url } });
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.stop();
  });
  beforeEach(() => {
    provider.asked.length = 0;
    provider.answer(() => Response.json(LIST));
  });

  const post = (body: unknown) =>
    gateway.fetch("/v1/embeddings", {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test.each([
    ["text-embedding-3-small", "openai/text-embedding-3-small"],
    ["openai/text-embedding-3-large", "openai/text-embedding-3-large"],
    ["vendor/embed-1", "vendor/embed-1"],
  ])("%s is asked for as %s, the rest to the byte", async (name, upstream) => {
    const body = `{"input":[[1,2],"ä\\u00e4"], "model":MODEL,"dimensions":1e1,"encoding_format":"base64","user":null}`;
    const answer = await (await post(body.replace("MODEL", `"${name}"`))).json();
    expect(answer).toStrictEqual({ ...LIST, model: name });
    const [asked] = provider.asked;
    expect(asked!.path).toBe(`${PATH}/embeddings`);
    expect(asked!.headers.get("authorization")).toBe(`Key ${FAL_KEY}`);
    expect(asked!.text).toBe(body.replace("MODEL", `"${upstream}"`));
  });

  test.each<[string, unknown, number, object]>([
    ["no model", { input: "x" }, 400, invalid(/model/, "model", "missing_required_parameter")],
    ["no input", { model: "m/e" }, 400, invalid(/input/, "input", "missing_required_parameter")],
    ["an input of null", { model: "m/e", input: null }, 400, invalid(/'input'/, "input")],
    ["an empty list", { model: "m/e", input: [] }, 400, invalid(/at least one/, "input")],
    ["a number", { model: "m/e", input: 5 }, 400, invalid(/a text or a list/, "input")],
    [
      "a model that draws",
      { model: "flux-dev", input: "x" },
      400,
      invalid(/no language model/, "model", "unsupported_model"),
    ],
    [
      "an unknown model",
      { model: "zzzzzzzz", input: "x" },
      404,
      invalid(/does not exist/, "model", "model_not_found"),
    ],
  ])("%s never reaches fal", async (_, body, status, wanted) => {
    const response = await post(body);
    expect([response.status, await response.json()]).toStrictEqual([status, wanted]);
    expect(provider.asked.length).toBe(0);
  });

  test.each<[string, () => Response, number, object]>([
    [
      "an error under 200",
      () => Response.json({ error: { message: "no", code: 400 } }),
      400,
      invalid("no", null),
    ],
    [
      "a page",
      () => new Response("<html>"),
      502,
      error(/cut short/, "upstream_error", "upstream_error"),
    ],
    [
      "402",
      () => Response.json({ error: { message: "empty" } }, { status: 402 }),
      402,
      error("empty", "insufficient_quota", "insufficient_quota"),
    ],
  ])("%s is OpenAI's error", async (_, answer, status, wanted) => {
    provider.answer(answer);
    const response = await post({ model: "text-embedding-3-small", input: "x" });
    expect([response.status, await response.json()]).toStrictEqual([status, wanted]);
  });
});

test.each([
  ["openai 7", OpenAI7],
  ["openai 6", OpenAI6 as unknown as typeof OpenAI7],
])("%s reads numbers and base64 alike", async (_, OpenAI) => {
  const gateway = await asBinary();
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });
  const ask = { model: "text-embedding-3-small", input: ["one", "two"] };
  const base64 = await client.embeddings.create(ask);
  const float = await client.embeddings.create({ ...ask, encoding_format: "float" });
  for (const [index, { embedding }] of base64.data.entries()) {
    expect(embedding.length).toBe(float.data[index]!.embedding.length);
    expect(embedding[0]).toBeCloseTo(float.data[index]!.embedding[0]!, 5);
  }
  await gateway.stop();
});
