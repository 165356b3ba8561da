/** `/admin/keys`: what it makes, shows and ends, and whom it lets in. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../support/clients.ts";
import { CLIENT_KEY, type Gateway, inProcess, PLACES, type Start } from "../support/gateway.ts";
import { ADMIN_KEY, administrate, bearer, makeKey } from "../support/keys.ts";
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

const admin = (send: Omit<Scenario["send"], "path"> & { path?: string }): Scenario["send"] => ({
  path: "/admin/keys",
  ...send,
  headers: { authorization: `Bearer ${ADMIN_KEY}`, ...send.headers },
});

const refused = (body: unknown, param: string, message: RegExp, code?: string): Scenario => ({
  name: JSON.stringify(body),
  send: admin({ body }),
  expect: { status: 400, body: invalid(message, param, code) },
});

scenarios(
  "bad keys",
  [
    refused({}, "name", /^Missing required parameter: 'name'/, "missing_required_parameter"),
    refused({ name: "a", rpm: 0 }, "rpm", /whole number from 1/),
    refused({ name: "a", budget: "-5usd" }, "budget", /must not be negative/),
    refused({ name: "a", budget: "5eur" }, "budget", /unknown unit 'eur'/),
    refused({ name: "a", expires: "9q" }, "expires", /unknown unit 'q'/),
    refused(
      { name: "a", models: ["flx-dev*"] },
      "models",
      /matches nothing. Did you mean flux-dev/,
    ),
    refused({ name: "a", models: ["fal-ai/flux/dve*"] }, "models", /matches nothing/),
    refused({ name: "a", routes: ["/v1/imges/*"] }, "routes", /matches nothing/),
    refused({ name: "a", rmp: 60 }, "rmp", /There is no 'rmp'/),
    {
      name: "no JSON",
      send: admin({ body: "{" }),
      expect: { status: 400, body: invalid(/not valid JSON/, null, "invalid_json") },
    },
    {
      name: "a list",
      send: admin({ body: [] }),
      expect: { status: 400, body: invalid("The request body must be a JSON object.", null) },
    },
    {
      name: "an unknown key revoked",
      send: admin({ method: "DELETE", path: "/admin/keys/key_nobody" }),
      expect: {
        status: 404,
        body: invalid("There is no key 'key_nobody'.", "id", "key_not_found"),
      },
    },
    ...(["GET", "POST", "DELETE"] as const).map((method): Scenario => ({
      name: `${method} with a client key`,
      send: { method, path: method === "DELETE" ? "/admin/keys/x" : "/admin/keys" },
      expect: {
        status: 401,
        body: invalid("This needs the admin key.", null, "invalid_api_key"),
      },
    })),
    {
      name: "any path below, with a client key",
      send: { path: "/admin/whatever" },
      expect: { status: 401 },
    },
    {
      name: "a path that is not there",
      send: admin({ path: "/admin/whatever" }),
      expect: { status: 404 },
    },
    {
      name: "the admin key draws nothing",
      send: {
        path: "/v1/images/generations",
        body: { prompt: "a cat" },
        headers: bearer(ADMIN_KEY),
      },
      expect: { status: 401, body: invalid("Invalid API key", null, "invalid_api_key") },
      absent: [ADMIN_KEY],
    },
  ],
  { env: { ADMIN_KEY } },
);

scenarios("no administration", [
  {
    name: "is said to whoever asks for it",
    send: admin({ method: "GET" }),
    expect: {
      status: 403,
      body: invalid(/ADMIN_KEY is not set/, null, "administration_disabled"),
    },
  },
  {
    name: "not even with a client key",
    send: { path: "/admin/keys", body: { name: "anna" } },
    expect: { status: 403 },
  },
]);

test("the documentation asks for the admin key there, and for a client key elsewhere", async () => {
  const gateway = await inProcess();
  const document = (await (await gateway.fetch("/swagger/json")).json()) as {
    paths: Record<string, Record<string, { security?: object[] }>>;
  };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const { security } of Object.values(item)) {
      if (security) {
        const scheme = path.startsWith("/admin/") ? "admin" : "bearer";
        expect([path, security]).toEqual([path, [{ [scheme]: [] }]]);
      }
    }
  }
  await gateway.stop();
});

describe.each(PLACES)("a key's life, %s", (_, start: Start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({ env: { ADMIN_KEY } });
  });
  afterAll(() => gateway.stop());

  const models = (key: string) => gateway.fetch("/v1/models", { headers: bearer(key) });

  test("made, used, listed by its beginning, revoked, and made anew", async () => {
    const said = {
      ...{ name: "anna", rpm: 60, concurrency: 4, budget: "20usd/month", expires: "90d" },
      ...{ models: ["flux-*", "veo3*"], routes: ["/v1/*", "/fal-ai/*"], weight: 2 },
    };
    const made = (await (await administrate(gateway, "POST", "", said)).json()) as {
      key: string;
      id: string;
    };
    const { expires: _, ...same } = said;
    const shown = {
      ...{ id: expect.stringMatching(/^key_[0-9a-z]{16}$/), object: "key", ...same },
      ...{ prefix: made.key.slice(0, 10), status: "active", revoked_at: null },
      ...{ created_at: expect.any(Number), expires_at: expect.any(Number) },
    };
    expect(made).toEqual({ ...shown, key: expect.stringMatching(/^sk-[0-9a-z]{50}$/) });
    expect((await models(made.key)).status).toBe(200);
    const listed = await (await administrate(gateway, "GET")).text();
    expect(JSON.parse(listed)).toEqual({ object: "list", data: [shown] });
    expect(listed).not.toContain(made.key);
    expect(JSON.stringify(gateway.log())).not.toContain(made.key);

    const again = await administrate(gateway, "POST", "", { name: "anna" });
    expect(again.status).toBe(409);
    expect(await again.json()).toEqual(
      invalid(/^There is a key named 'anna'/, "name", "name_taken"),
    );

    const revoked = await (await administrate(gateway, "DELETE", `/${made.id}`)).json();
    expect(revoked).toEqual({ ...shown, status: "revoked", revoked_at: expect.any(Number) });
    const dead = await models(made.key);
    expect(dead.status).toBe(401);
    expect(await dead.json()).toEqual(
      invalid("This API key was revoked.", null, "api_key_revoked"),
    );
    const second = await makeKey(gateway, { name: "anna" });
    expect((await models(second)).status).toBe(200);
  });

  test("revoked by its name", async () => {
    const key = await makeKey(gateway, { name: "Bob of next door" });
    const path = `/${encodeURIComponent("Bob of next door")}`;
    expect((await administrate(gateway, "DELETE", path)).status).toBe(200);
    expect((await models(key)).status).toBe(401);
    expect((await administrate(gateway, "DELETE", path)).status).toBe(404);
  });

  test("its owner's things are nobody else's, and the log has its name", async () => {
    const key = await makeKey(gateway, { name: "carla" });
    expect((await models(key)).status).toBe(200);
    await until(() => gateway.log().some((line) => line.key === "carla"));
    expect((await models(CLIENT_KEY)).status).toBe(200);
  });
});
