/** Who is let in: every form in which clients present a key. */
import { describe, expect, test } from "bun:test";
import { createKeyring } from "../../src/accounts/keyring.ts";
import { admit, admitted, ANONYMOUS } from "../../src/accounts/principal.ts";
import { CLIENT_KEY } from "../support/gateway.ts";
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

const knocking = (
  name: string,
  headers: Record<string, string | null>,
  status: number,
): Scenario => ({
  name,
  send: { path: "/v1/models/flux-dev", headers: { authorization: null, ...headers } },
  expect:
    status === 200
      ? { status }
      : {
          status,
          body: invalid("Invalid API key", null, "invalid_api_key"),
          headers: { "www-authenticate": "Bearer", "x-request-id": /^req_/ },
        },
  absent: ["sk-wrong", "sk-second"],
});

scenarios(
  "keys",
  [
    knocking("Bearer", { authorization: `Bearer ${CLIENT_KEY}` }, 200),
    knocking(
      "bearer, small and with more blanks",
      { authorization: `bearer   ${CLIENT_KEY} ` },
      200,
    ),
    knocking("Key", { authorization: `Key ${CLIENT_KEY}` }, 200),
    knocking("x-api-key", { "x-api-key": CLIENT_KEY }, 200),
    knocking("api-key", { "api-key": CLIENT_KEY }, 200),
    knocking("the second of two keys", { authorization: "Bearer sk-second" }, 200),
    knocking(
      "a foreign bearer beside the right key",
      { authorization: "Bearer x", "x-api-key": CLIENT_KEY },
      200,
    ),
    knocking("no key", {}, 401),
    knocking("an empty key", { authorization: "Bearer " }, 401),
    knocking("a wrong key", { authorization: "Bearer sk-wrong" }, 401),
    knocking("a wrong key in x-api-key", { "x-api-key": "sk-wrong" }, 401),
    knocking("the key without a scheme", { authorization: CLIENT_KEY }, 401),
    knocking("Basic", { authorization: `Basic ${btoa(`user:${CLIENT_KEY}`)}` }, 401),
    knocking("Token", { authorization: `Token ${CLIENT_KEY}` }, 401),
    knocking(
      "the beginning of the key",
      { authorization: `Bearer ${CLIENT_KEY.slice(0, -1)}` },
      401,
    ),
    knocking("the key and more", { authorization: `Bearer ${CLIENT_KEY}x` }, 401),
    knocking("both keys in one", { authorization: `Bearer ${CLIENT_KEY},sk-second` }, 401),
    {
      name: "a key in the query",
      send: {
        path: `/v1/models?api_key=${CLIENT_KEY}&key=${CLIENT_KEY}`,
        headers: { authorization: null },
      },
      expect: { status: 401 },
    },
    {
      name: "no key, on a path that does not exist",
      send: { path: "/nothing", headers: { authorization: null } },
      expect: { status: 401 },
    },
    {
      name: "no key, with a body that is wrong as well: the key comes first",
      send: { path: "/v1/images/generations", body: "{", headers: { authorization: null } },
      expect: { status: 401 },
    },
    ...["/healthz", "/readyz", "/swagger", "/swagger/json"].map((path): Scenario => ({
      name: `${path} needs none`,
      send: { path, headers: { authorization: null } },
      expect: { status: 200 },
      fal:
        path === "/readyz"
          ? [{ method: "GET", path: "/queue/fal-ai/flux/requests/ID/status" }]
          : [],
      absent: [],
    })),
    {
      name: "the root leads to the documentation",
      send: { path: "/", headers: { authorization: null } },
      expect: { status: 302, headers: { location: "/swagger" } },
    },
  ],
  { env: { API_KEY: `${CLIENT_KEY}, sk-second` } },
);

const request = (headers: Record<string, string> = {}) => new Request("http://x", { headers });

describe("the keyring", () => {
  test("names callers without showing their keys, and the same key always alike", () => {
    const [one, again, other] = [["a", "b"], ["a"], ["b", "a"]].map((keys) =>
      createKeyring({ apiKeys: keys }).identify(request({ "x-api-key": "a" })),
    );
    expect(one!.name).toBe("key-1");
    expect(other!.name).toBe("key-2");
    expect(one!.id).toBe(again!.id);
    expect(one!.id).toBe(other!.id);
    expect(one!.id).toMatch(/^key-[0-9a-f]{12}$/);
  });

  test("without keys and without leave for anonymous callers, nobody passes", () => {
    expect(() => createKeyring({}).identify(request())).toThrow("Invalid API key");
  });

  test("lets anonymous callers in, as long as there is no key", () => {
    const open = createKeyring({ anonymous: true });
    expect(open.identify(request())).toBe(ANONYMOUS);
    expect(open.identify(request({ "x-api-key": "b" }))).toBe(ANONYMOUS);
    const shut = createKeyring({ apiKeys: ["a"], anonymous: true });
    expect(() => shut.identify(request())).toThrow("Invalid API key");
  });

  test("remembers who was admitted, request by request", () => {
    const [known, unknown] = [request(), request()];
    admit(known, { id: "key-1", name: "one" });
    expect(admitted(known).id).toBe("key-1");
    expect(admitted(unknown)).toBe(ANONYMOUS);
  });
});
