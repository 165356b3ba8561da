/** The access log: one line a request, with what an operator needs and nothing that a client said. */
import { afterEach, describe, expect, test } from "bun:test";
import { ask, until } from "../support/clients.ts";
import { asBinary, CLIENT_KEY, type Gateway, inProcess, type LogLine } from "../support/gateway.ts";

let gateway: Gateway;
afterEach(() => gateway.stop());

const line = (fields: object) => ({
  time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  level: "info",
  message: "request",
  id: expect.stringMatching(/^req_/),
  ms: expect.any(Number),
  ...fields,
});

/** The lines about requests, once there are so many. */
async function requests(count: number): Promise<LogLine[]> {
  const lines = () => gateway.log().filter(({ message }) => message === "request");
  await until(() => lines().length >= count);
  return lines();
}

const DRAW = { key: "key-1", method: "POST", path: "/v1/images/generations", model: "flux-dev" };

describe("one line each", () => {
  test.each([
    ["a link", {}, { ...DRAW, status: 200, upstream_ms: expect.any(Number) }],
    [
      "base64, at its end",
      { response_format: "b64_json" },
      { ...DRAW, status: 200, upstream_ms: expect.any(Number) },
    ],
    [
      "a stream, at its end",
      { stream: true },
      { ...DRAW, status: 200, upstream_ms: expect.any(Number) },
    ],
    [
      "a wrong parameter",
      { n: 11 },
      { key: "key-1", method: "POST", path: DRAW.path, status: 400 },
    ],
    ["an unknown model", { model: "nope" }, { ...DRAW, model: "nope", status: 404 }],
    [
      "a model's name as long as a book",
      { model: "x".repeat(100_000) },
      { ...DRAW, model: "x".repeat(200), status: 404 },
    ],
  ])("%s", async (_, body, wanted) => {
    gateway = await inProcess();
    const response = await ask(gateway, { prompt: "opensesame", ...body });
    await response.text();
    expect(await requests(1)).toStrictEqual([line(wanted)] as never);
    expect(JSON.stringify(gateway.log())).not.toContain("opensesame");
  });

  test("a refused key, a preflight, health and a path that does not exist", async () => {
    gateway = await inProcess();
    await gateway.fetch("/v1/models", { headers: { authorization: "Bearer opensesame" } });
    await gateway.fetch("/v1/models", { method: "OPTIONS" });
    await gateway.fetch("/healthz?key=opensesame");
    await gateway.fetch("/nope", { headers: { "x-api-key": CLIENT_KEY, "x-request-id": "mine" } });
    expect(await requests(4)).toStrictEqual([
      line({ method: "GET", path: "/v1/models", status: 401 }),
      line({ method: "OPTIONS", path: "/v1/models", status: 204 }),
      line({ method: "GET", path: "/healthz", status: 200 }),
      line({ id: "mine", key: "key-1", method: "GET", path: "/nope", status: 404 }),
    ] as never);
    expect(JSON.stringify(gateway.log())).not.toContain("opensesame");
  });
});

test("a failure of fal's is an error with its cause, and the same id", async () => {
  gateway = await inProcess();
  await ask(gateway, { prompt: "opensesame [sandbox error=runner_server_error]" });
  const [request, failure] = gateway.log();
  expect(failure).toStrictEqual({
    time: expect.any(String),
    level: "error",
    message: "request failed",
    id: request!.id as string,
    status: 502,
    error: "FalError: fal answered 500: The runner failed",
  });
});

test("what is tried again is a warning", async () => {
  gateway = await inProcess();
  await ask(gateway, { prompt: "opensesame [sandbox status=503*1]" });
  expect(gateway.log().map(({ level, message }) => [level, message])).toEqual([
    ["warn", "fal is tried again"],
    ["info", "request"],
  ]);
  expect(JSON.stringify(gateway.log())).not.toContain("opensesame");
});

describe("the executable", () => {
  test("writes for a person where it is told to, and stacks only for developers", async () => {
    for (const [environment, stack] of [
      ["production", false],
      ["development", true],
    ] as const) {
      gateway = await asBinary({ env: { NODE_ENV: environment } });
      await ask(gateway, { prompt: "opensesame [sandbox error=runner_server_error]" });
      await requests(1);
      await until(() => gateway.log().some(({ message }) => message === "request failed"));
      const failure = gateway.log().find(({ message }) => message === "request failed");
      expect(/\n\s+at /.test(String(failure!.error))).toBe(stack);
      expect(JSON.stringify(gateway.log())).not.toContain("opensesame");
      await gateway.stop();
    }
  });

  test("never shows keys, not even at debug", async () => {
    gateway = await asBinary({ env: { LOG_LEVEL: "debug" } });
    await ask(gateway, {});
    await requests(1);
    expect(JSON.stringify(gateway.log())).not.toMatch(new RegExp(`${CLIENT_KEY}|fal-secret`));
  });
});
