/** Whatever is thrown becomes an error that is fit for a client. */
import { describe, expect, test } from "bun:test";
import { toApiError } from "../src/errors.ts";
import { falError } from "../src/fal/error.ts";
import { ApiError } from "../src/openai/error.ts";

const INTERNAL = [
  500,
  "Something went wrong inside the gateway.",
  "server_error",
  "internal_error",
];
const seen = ({ status, message, type, code }: ApiError) => [status, message, type, code];

test.each([
  ["an error", new Error("opensesame")],
  ["a text", "opensesame"],
  ["nothing", undefined],
  ["null", null],
  ["a number", 5],
  ["a response", new Response("opensesame")],
  ["an object", { message: "opensesame", status: 200 }],
])("%s that nobody expected is 500, and only the log sees it", (_, thrown) => {
  const error = toApiError(thrown);
  expect(seen(error)).toEqual(INTERNAL as never);
  expect(error.cause).toBe(thrown as never);
});

test("an ApiError is itself", () => {
  const error = new ApiError(418, "tea", "invalid_request_error");
  expect(toApiError(error)).toBe(error);
  expect(error.body()).toEqual({
    error: { message: "tea", type: "invalid_request_error", param: null, code: null },
  });
});

test("a client that left", () => {
  expect(toApiError(new DOMException("gone", "AbortError")).status).toBe(499);
});

test.each([
  ["nothing answers", { code: "ERR_POSTGRES_CONNECTION_REFUSED" }],
  ["the connection broke", { code: "ERR_POSTGRES_CONNECTION_CLOSED" }],
  ["it is being stopped", { code: "ERR_POSTGRES_SERVER_ERROR", errno: "57P01" }],
  ["it is starting", { code: "ERR_POSTGRES_SERVER_ERROR", errno: "57P03" }],
  ["it takes no more", { code: "ERR_POSTGRES_SERVER_ERROR", errno: "53300" }],
])("PostgreSQL where %s: try again", (_, fault) => {
  const error = toApiError(Object.assign(new Error("opensesame"), fault));
  expect([error.status, error.code, error.headers["retry-after"]]).toEqual([
    ...[503, "database_unavailable", "2"],
  ]);
  expect(error.message).not.toContain("opensesame");
});

test("what PostgreSQL refuses is a mistake of falgate's", () => {
  const fault = { code: "ERR_POSTGRES_SERVER_ERROR", errno: "23505" };
  expect(seen(toApiError(Object.assign(new Error("opensesame"), fault)))).toEqual(
    INTERNAL as never,
  );
});

/** fal's answer of that status and body, as the gateway reads it. */
const fal = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  falError(
    new Response(null, { status, headers }),
    typeof body === "string" ? body : JSON.stringify(body),
  );

const fault = (entry: object) => ({
  detail: [{ loc: ["body", "prompt"], msg: "no", type: "new", ...entry }],
});

describe("fal's errors", () => {
  test("never repeat the caller's input, whatever their text says, nor link to fal", () => {
    const msg = "The prompt 'opensesame' is not allowed, see https://docs.fal.ai/errors/#new";
    const error = fal(422, fault({ msg, input: "opensesame" }));
    const { message } = toApiError(error);
    expect(message).toStartWith("'prompt' was refused by the model");
    for (const text of [message, error.message]) expect(text).not.toMatch(/opensesame/);
    expect(message).not.toMatch(/https?:|fal\.ai/);
    const whole = fal(422, fault({ msg, input: { prompt: "opensesame", seed: 5 } }));
    expect(toApiError(whole).message).toBe(
      "'prompt' was refused by the model: The prompt '…' is not allowed.",
    );
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "of the type %s, which every object has, are like any unknown one",
    (type) => {
      expect(seen(toApiError(fal(422, fault({ type })))).slice(0, 1)).toEqual([400]);
      expect(seen(toApiError(fal(500, { detail: "x", error_type: type })))[0]).toBe(502);
    },
  );

  test.each([
    [["body", "image_size", "width"], "image_size.width"],
    [["body", "image_urls", 0], "image_urls.0"],
    [["body"], null],
    [[], null],
    ["prompt", null],
  ] as const)("at %j name %p", (loc, param) => {
    expect(toApiError(fal(422, fault({ loc }))).param).toBe(param);
  });

  test.each([
    ["HTML", "<html>nginx</html>"],
    ["an empty body", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"no"'],
    ["a list of nulls", '{"detail":[null]}'],
    ["a number", '{"detail":5}'],
    ["OpenAI's error", { error: { message: "no", code: 500 } }],
    ["an error as text", { error: "no" }],
  ])("with %s as body are still errors", (_, body) => {
    for (const status of [400, 404, 422, 429, 500, 502, 503, 504, 599]) {
      const { message, type, code } = toApiError(fal(status, body));
      expect([message, type, code].every((word) => typeof word === "string" && word !== "")).toBe(
        true,
      );
      expect(message).not.toMatch(/nginx|undefined|null|\[object/);
    }
  });

  test.each([
    ["7", "7"],
    [undefined, "5"],
    ["", "5"],
    ["soon", "5"],
    ["-1", "5"],
    ["0", "0"],
  ])("429 with retry-after %p tells %p", (given, told) => {
    const headers: Record<string, string> = given === undefined ? {} : { "retry-after": given };
    const error = toApiError(fal(429, { detail: "slow down" }, headers));
    expect([error.status, error.headers["retry-after"]]).toEqual([429, told]);
  });
});
