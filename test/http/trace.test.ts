/** Request ids: the client's own where it is sane, else a new one; on every answer and in the log. */
import { describe, expect, test } from "bun:test";
import { carryTrace, requestId, trace } from "../../src/http/trace.ts";
import { type Scenario, scenarios } from "../support/scenario.ts";

const ID = /^req_[0-9a-f]{32}$/;

const ids = (name: string, given: string | null, wanted: string | RegExp): Scenario => ({
  name,
  send: { path: "/v1/models/flux-dev", headers: { "x-request-id": given } },
  expect: { status: 200, headers: { "x-request-id": wanted } },
});

scenarios("the request id", [
  ids("none given", null, ID),
  ids("a sane one", "trace-1.2:3_4", "trace-1.2:3_4"),
  ids("of 128 characters", "a".repeat(128), "a".repeat(128)),
  ids("of 129", "a".repeat(129), ID),
  ids("with blanks", "a b", ID),
  ids("with markup", "<script>", ID),
  ids("in another script", "\u00fc", ID),
  ...(
    [
      ["a refused key", { path: "/v1/models", headers: { authorization: "Bearer x" } }, 401],
      ["a preflight", { path: "/v1/models", method: "OPTIONS" }, 204],
      ["an unknown path", { path: "/nothing" }, 404],
      ["a wrong method", { path: "/v1/models", method: "DELETE" }, 405],
      ["a broken body", { path: "/v1/images/generations", body: "{" }, 400],
      ["health", { path: "/healthz" }, 200],
    ] as const
  ).map(([name, send, status]): Scenario => ({
    name: `on ${name}`,
    send,
    expect: { status, headers: { "x-request-id": ID } },
  })),
]);

describe("a trace", () => {
  test("stays with its request, also under another URL", () => {
    const [from, to] = [new Request("http://x/a"), new Request("http://x/b")];
    carryTrace(from, to);
    expect(trace(to)).toBe(trace(from));
    expect(trace(new Request("http://x/a"))).not.toBe(trace(from));
  });

  test("is named anew every time", () => {
    const request = new Request("http://x");
    expect(requestId(request)).not.toBe(requestId(request));
  });
});
