/** Failures: every type, where it strikes, and what the wire shows of it. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { draw } from "../../src/sandbox/drawing.ts";
import { infrastructureErrors, modelErrors } from "../../src/sandbox/fault-types.ts";
import { auth, codeOf, events, generate, get, post, quick } from "./support.ts";

const sandbox = quick();
const { queueUrl, runUrl } = sandbox;
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const flux = "fal-ai/flux/dev";

describe("types", () => {
  for (const [type, { status = 422, retryable = false }] of Object.entries(modelErrors)) {
    test(`${type}: ${status}, a list of problems`, async () => {
      const prompt = `a cat [sandbox error=${type}]`;
      const { last, result } = await generate(sandbox, flux, { prompt });
      expect(last).toMatchObject({ status: "COMPLETED", error_type: type });
      expect(last["error"]).toBeString();
      expect(result.status).toBe(status);
      const [problem] = result.body["detail"];
      expect(problem.type).toBe(type);
      expect(problem.msg).toBeString();
      expect(problem.loc[0]).toBe("body");
      expect(JSON.stringify(result.body)).not.toContain("[sandbox");
      expect(result.headers.get("x-fal-retryable")).toBe(String(retryable));
      expect(result.headers.get("x-fal-billable-units")).toBe("0");
      expect(result.headers.has("x-fal-error-type")).toBe(false);
      expect(sandbox.billed).toHaveLength(0);
    });
  }

  for (const [type, { status, retryable }] of Object.entries(infrastructureErrors)) {
    test(`${type}: ${status}, a plain detail`, async () => {
      const prompt = `[sandbox error=${type}]`;
      const { last, result } = await generate(sandbox, flux, { prompt });
      expect(last).toMatchObject({ status: "COMPLETED", error_type: type });
      expect(result.status).toBe(status);
      expect(result.body).toEqual({ detail: last["error"], error_type: type });
      expect(result.headers.get("x-fal-error-type")).toBe(type);
      expect(result.headers.get("x-fal-retryable")).toBe(String(retryable));
    });
  }

  test("content_policy_violation echoes the input and links the documentation", async () => {
    const input = { prompt: "x [sandbox error=content_policy_violation billed=1]" };
    const { status, body, headers } = await post(`${runUrl}/${flux}`, input);
    expect(status).toBe(422);
    expect(body["detail"][0]).toMatchObject({
      loc: ["body", "prompt"],
      url: "https://docs.fal.ai/errors/#content_policy_violation",
      input: "x",
    });
    expect(headers.get("x-fal-billable-units")).toBe("1");
    expect(sandbox.billed).toHaveLength(1);
  });
});

describe("places", () => {
  const error = "error=content_policy_violation";

  test("at=submit", async () => {
    const { status, body } = await post(`${queueUrl}/${flux}`, {
      prompt: `[sandbox ${error} at=submit]`,
    });
    expect(status).toBe(422);
    expect(body["detail"][0].type).toBe("content_policy_violation");
  });

  test("at=result: the status does not tell", async () => {
    const { last, result } = await generate(sandbox, flux, {
      prompt: `[sandbox ${error} at=result]`,
    });
    expect(last).not.toHaveProperty("error");
    expect(result.status).toBe(422);
  });

  test("status=503*2: the load balancer twice, then well", async () => {
    const input = { prompt: "[sandbox status=503*2]" };
    const answers = [];
    for (let time = 0; time < 3; time++) answers.push(await post(`${queueUrl}/${flux}`, input));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(answers[0]!.body["text"]).toContain("nginx");
    expect(answers[0]!.headers.has("x-fal-request-id")).toBe(false);
  });

  test("status=429", async () => {
    const { status, body, headers } = await post(`${queueUrl}/${flux}`, {
      prompt: "[sandbox status=429]",
    });
    expect(status).toBe(429);
    expect(body["error_type"]).toBe("concurrent_requests_limit");
    expect(headers.get("x-fal-needs-retry")).toBe("1");
  });
});

describe("lost connections", () => {
  test("before the submit is taken, and after", async () => {
    const before = post(`${queueUrl}/${flux}`, { prompt: "[sandbox drop=submit-before]" });
    expect(await codeOf(before)).toBe("ECONNRESET");
    const after = post(`${queueUrl}/${flux}`, { prompt: "[sandbox drop=submit-after]" });
    expect(await codeOf(after)).toBe("ECONNRESET");
    while (sandbox.billed.length < 1) await Bun.sleep(5);
    expect(sandbox.billed).toHaveLength(1);
    expect(
      (await post(`${queueUrl}/${flux}`, { prompt: "[sandbox drop=submit-after]" })).status,
    ).toBe(200);
  });

  test("in a status stream, once", async () => {
    const input = { prompt: "[sandbox drop=stream queue=50ms]" };
    const { body } = await post(`${queueUrl}/${flux}`, input);
    const url = `${body["status_url"]}/stream`;
    expect(await codeOf(events(url))).toBe("ECONNRESET");
    expect((await events(url)).at(-1)!["status"]).toBe("COMPLETED");
  });

  test("in a result, as often as asked", async () => {
    const { body } = await post(`${queueUrl}/${flux}`, { prompt: "[sandbox drop=result*2]" });
    await events(`${body["status_url"]}/stream`);
    const codes = [];
    for (let time = 0; time < 3; time++) codes.push(await codeOf(get(body["response_url"])));
    expect(codes).toEqual(["ECONNRESET", "ECONNRESET", "answered"]);
  });
});

describe("nsfw", () => {
  test("FLUX: a flag and a black picture", async () => {
    const { result } = await generate(sandbox, flux, {
      prompt: "a [sandbox nsfw=1]",
      num_images: 2,
    });
    expect(result.status).toBe(200);
    expect(result.body["has_nsfw_concepts"]).toEqual([false, true]);
    const shades = await Promise.all(
      result.body["images"].map(async ({ url }: { url: string }) => {
        const file = await (await fetch(url)).bytes();
        const dot = await new Bun.Image(file).resize(1, 1).png().bytes();
        return Bun.hash(dot);
      }),
    );
    const black = await new Bun.Image(draw(0, 1, 1, true)).png().bytes();
    expect(shades.map((shade) => shade === Bun.hash(black))).toEqual([false, true]);
  });

  test("elsewhere an error", async () => {
    const { result } = await generate(sandbox, "fal-ai/nano-banana", {
      prompt: "a [sandbox nsfw=all]",
    });
    expect(result.status).toBe(422);
    expect(result.body["detail"][0].type).toBe("content_policy_violation");
  });
});

describe("malformed calls never kill it", () => {
  const bodies = [
    "{",
    "[]",
    "null",
    "7",
    '"text"',
    "",
    "\u0000",
    '{"prompt":{"a":[]}}',
    "{}".repeat(9),
  ];
  const paths = [
    ...["/queue/fal-ai/flux/dev", "/run/fal-ai/flux/dev", "/run/fal-ai/flux/dev/stream"],
    ...["/run/openrouter/router/openai/v1/chat/completions", "/rest/storage/upload/initiate"],
    ...[
      "/run/openrouter/router/openai/v1/responses",
      "/run/openrouter/router/openai/v1/embeddings",
    ],
    ...[
      "/platform/v1/models/pricing/estimate",
      "/rest/tokens/",
      "/files/upload",
      "/queue",
      "/run//",
    ],
    ...["/queue/%zz/%ff", "/queue/a/requests//status", "/nowhere", "/files/b/zz/../../etc/passwd"],
  ];
  for (const path of paths) {
    test(path, async () => {
      for (const body of bodies) {
        for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
          const response = await fetch(sandbox.url + path, { method, headers: auth, body });
          expect(response.status).toBeLessThan(500);
          await response.arrayBuffer();
        }
      }
    });
  }

  test("a body that is no JSON is FastAPI's json_invalid", async () => {
    const { status, body } = await post(`${queueUrl}/${flux}`, "{oops");
    expect(status).toBe(422);
    expect(body["detail"][0]).toMatchObject({ type: "json_invalid", msg: "JSON decode error" });
  });
});
