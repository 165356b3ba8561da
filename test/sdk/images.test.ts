/** The unmodified `openai` SDKs, 7 and 6, against the executable: every alias, every form, every error. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import OpenAI7 from "openai";
import OpenAI6 from "openai-6";
import { builtinCatalog } from "../../src/models/catalog.ts";
import { createDictionary } from "../../src/models/resolve.ts";
import { fetched, submitted } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";

/** Every listed name that draws from words. */
const DRAWING = createDictionary({ catalog: builtinCatalog() })
  .list()
  .filter(({ kind, endpoints }) => kind === "image" && endpoints.length > 0)
  .filter(({ modality }) => modality === "text-to-image");

const PNG = "\x89PNG";
const JPEG = "\xff\xd8\xff";
const WEBP = "RIFF";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary();
});
afterAll(() => gateway.stop());
beforeEach(() => gateway.fal.reset());

test("there are names to draw with, those of the contracts among them", () => {
  const names = DRAWING.map(({ id }) => id);
  expect(names).toEqual(
    expect.arrayContaining([
      "flux-1.1-ultra",
      "recraft-v3",
      "flux-1.1-pro",
      "ideogram-v2",
      "flux-dev",
      "imagen4-preview",
      "Flux 1.1 Pro Ultra",
      "gpt-image-1",
      "dall-e-3",
      "fal-ai/flux-1/dev",
      "fal-ai/nano-banana",
    ]),
  );
});

function isPicture(base64: string): void {
  const start = Buffer.from(base64, "base64").toString("latin1");
  expect([PNG, JPEG, WEBP].some((magic) => start.startsWith(magic))).toBe(true);
}

describe.each([
  ["openai 7", OpenAI7],
  ["openai 6", OpenAI6 as unknown as typeof OpenAI7],
] as const)("%s", (_, OpenAI) => {
  const client = (options: object = {}) =>
    new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: CLIENT_KEY,
      maxRetries: 0,
      ...options,
    });

  describe.each(DRAWING.map(({ id, alias }) => [id, alias?.format ?? "url"] as const))(
    "%s",
    (model, format) => {
      test("as it comes", async () => {
        const { data, created } = await client().images.generate({ model, prompt: "a cat" });
        expect(created).toBeGreaterThan(1.7e9);
        expect(data!.map((item) => Object.keys(item))).toEqual([[format]]);
      });

      test("as a link", async () => {
        const { data } = await client().images.generate({
          model,
          prompt: "a cat",
          response_format: "url",
        });
        const picture = await fetch(data![0]!.url!);
        expect(picture.headers.get("content-type")).toStartWith("image/");
        expect(data![0]!.b64_json).toBeUndefined();
      });

      test("as base64, three of them", async () => {
        const { data } = await client().images.generate({
          model,
          prompt: "a cat",
          n: 3,
          size: "1024x1024",
          response_format: "b64_json",
        });
        expect(data!.length).toBe(3);
        for (const { b64_json, url } of data!) {
          isPicture(b64_json!);
          expect(url).toBeUndefined();
        }
      });

      test("as a stream", async () => {
        const stream = await client().images.generate({
          model,
          prompt: "a cat",
          stream: true,
          partial_images: 1,
        });
        const events = await Array.fromAsync(stream);
        // Models that show their work give one partial picture, the others none.
        const types = events.map(({ type }) => type);
        expect(types.slice(-1)).toEqual(["image_generation.completed"]);
        expect([[], ["image_generation.partial_image"]]).toContainEqual(types.slice(0, -1));
        for (const event of events as { b64_json: string }[]) isPicture(event.b64_json);
        expect(events.at(-1)).toMatchObject({ usage: { total_tokens: 0 } });
      });
    },
  );

  test("lists the models and retrieves each", async () => {
    const listed = await Array.fromAsync(await client().models.list());
    expect(listed.length).toBeGreaterThan(60);
    for (const model of listed) {
      expect(await client().models.retrieve(model.id)).toMatchObject({ id: model.id });
    }
  });

  test("with a base that has no /v1, a slash at its end, or one too many", async () => {
    for (const base of ["", "/v1/", "/v1/v1"]) {
      const { data } = await client({ baseURL: gateway.url + base }).images.generate({
        model: "flux-dev",
        prompt: "a cat",
      });
      expect(data!.length).toBe(1);
    }
  });

  test("gives its request id", async () => {
    const { _request_id } = await client().images.generate({ model: "flux-dev", prompt: "a cat" });
    expect(_request_id).toMatch(/^req_/);
  });

  describe("throws", () => {
    const draw = (prompt: string, more: object = {}, options: object = {}) =>
      client(options)
        .images.generate({ model: "flux-dev", prompt, ...more })
        .then(
          () => "drawn" as const,
          (error: InstanceType<typeof OpenAI.APIError>) => error,
        );

    test.each([
      [
        "BadRequestError",
        400,
        "content_policy_violation",
        null,
        "a cat [sandbox error=content_policy_violation]",
        {},
      ],
      ["BadRequestError", 400, "content_policy_violation", null, "a cat [sandbox nsfw=all]", {}],
      ["BadRequestError", 400, "invalid_value", "n", "a cat", { n: 11 }],
      ["BadRequestError", 400, "invalid_value", "prompt", "", {}],
      ["BadRequestError", 400, "invalid_value", "n", "a cat [sandbox error=less_than_equal]", {}],
      ["NotFoundError", 404, "model_not_found", "model", "a cat", { model: "no-such-model" }],
      [
        "UnprocessableEntityError",
        422,
        "no_media_generated",
        null,
        "a cat [sandbox error=no_media_generated]",
        {},
      ],
      [
        "RateLimitError",
        429,
        "rate_limit_exceeded",
        null,
        "a cat [sandbox error=concurrent_requests_limit at=run]",
        {},
      ],
      [
        "InternalServerError",
        502,
        "upstream_error",
        null,
        "a cat [sandbox error=runner_server_error]",
        {},
      ],
      [
        "InternalServerError",
        503,
        "upstream_error",
        null,
        "a cat [sandbox error=runner_disconnected]",
        {},
      ],
      [
        "InternalServerError",
        504,
        "upstream_timeout",
        null,
        "a cat [sandbox error=generation_timeout]",
        {},
      ],
      [
        "APIError",
        424,
        "upstream_error",
        null,
        "a cat [sandbox error=runner_server_error billed=1]",
        {},
      ],
      ["APIError", 424, "upstream_outcome_unknown", null, "a cat [sandbox drop=submit-after]", {}],
      ["APIError", 413, "request_too_large", null, "a".repeat(65e6), {}],
    ] as const)("%s for %i %s", async (name, status, code, param, prompt, more) => {
      const error = await draw(prompt, more);
      if (error === "drawn") throw new Error("it was drawn");
      expect(error.constructor).toBe(OpenAI[name]);
      expect(error).toMatchObject({ status, code, param });
      expect(error.requestID).toMatch(/^req_/);
      expect(error.message).toStartWith(`${status} `);
    });

    test("AuthenticationError", async () => {
      const error = await draw("a cat", {}, { apiKey: "sk-wrong" });
      expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(error).toMatchObject({ status: 401, code: "invalid_api_key", param: null });
      expect((error as Error).message).toBe("401 Invalid API key");
    });

    test("the error that comes in mid-stream, with its code", async () => {
      const stream = await client().images.generate({
        model: "flux-dev",
        prompt: "a cat [sandbox error=content_policy_violation]",
        stream: true,
      });
      const failure = await Array.fromAsync(stream).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenAI.APIError);
      expect(failure).toMatchObject({ code: "content_policy_violation" });
    });

    test("before a stream, what fal refuses", async () => {
      const error = await draw("a cat [sandbox error=content_policy_violation at=submit]", {
        stream: true,
      });
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    });
  });

  test("goes away when it is told to", async () => {
    const stop = new AbortController();
    const drawing = client()
      .images.generate(
        { model: "flux-dev", prompt: "a cat [sandbox run=2s]" },
        { signal: stop.signal },
      )
      .catch((error: unknown) => error);
    setTimeout(() => stop.abort(), 20);
    expect(await drawing).toBeInstanceOf(OpenAI.APIUserAbortError);
  });
});

describe("retries pay once", () => {
  const patient = (options: object) =>
    new OpenAI7({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY, maxRetries: 2, ...options });

  test("after the client's own timeout", async () => {
    const { data } = await patient({ timeout: 300 }).images.generate({
      model: "flux-dev",
      prompt: "a slow cat [sandbox run=600ms]",
    });
    expect(data!.length).toBe(1);
    expect(submitted(gateway.fal).length).toBe(1);
  });

  test("not at all after what was billed", async () => {
    const drawing = patient({}).images.generate({
      model: "flux-dev",
      prompt: "a billed cat [sandbox error=runner_server_error billed=1]",
    });
    expect(await drawing.catch((error: unknown) => error)).toMatchObject({ status: 424 });
    expect(submitted(gateway.fal).length).toBe(1);
  });

  test("twice after a failure that cost nothing", async () => {
    const drawing = patient({}).images.generate({
      model: "flux-dev",
      prompt: "a failing cat [sandbox error=runner_server_error]",
    });
    expect(await drawing.catch((error: unknown) => error)).toMatchObject({ status: 502 });
    expect(submitted(gateway.fal).length).toBe(3);
  });
});

test("after all of it the process lives, and nothing but its log was written", async () => {
  expect((await gateway.fetch("/healthz")).status).toBe(200);
  const lines = gateway.output().trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
  expect(fetched(gateway.fal)).toEqual([]);
});
