/** Several fal keys: taken in turn, set aside when fal refuses one, named in the log and never shown. */
import { afterEach, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { ask, links } from "../support/clients.ts";
import { asBinary, CLIENT_KEY, type Gateway, inProcess } from "../support/gateway.ts";

let gateway: Gateway;
afterEach(() => gateway.stop());

const open = async (keys: string, start = inProcess) => {
  gateway = await start({ env: { FAL_KEY: keys } });
};

/** The keys of the submissions, in order. */
const spent = () =>
  gateway.fal.requests
    .filter(({ method }) => method === "POST")
    .map(({ headers }) => headers.authorization);

const errors = () => gateway.log().filter(({ level }) => level === "error");

test("take turns, and whoever submitted asks for the result", async () => {
  await open("a:1,b:2,c:3");
  for (let turn = 0; turn < 4; turn += 1) await links(ask(gateway, { prompt: `cat ${turn}` }));
  expect(spent()).toEqual(["Key a:1", "Key b:2", "Key c:3", "Key a:1"]);
  const byRequest = Map.groupBy(
    gateway.fal.requests.filter(({ method }) => method === "GET"),
    ({ path }) => /requests\/([^/]+)/.exec(path)?.[1],
  );
  for (const requests of byRequest.values()) {
    expect(new Set(requests.map(({ headers }) => headers.authorization)).size).toBe(1);
  }
});

describe.each([
  ["refused", "bad1:invalid", "refuses"],
  ["unknown", "bad1:unknown", "refuses"],
  ["without balance", "bad1:locked", "has locked"],
  ["locked by an admin", "bad1:admin-lock", "has locked"],
])("a key that is %s", (_, bad, said) => {
  test("gives way to the next, is set aside, and the log says which", async () => {
    await open(`${bad},good:key`);
    for (let turn = 0; turn < 3; turn += 1) await links(ask(gateway, { prompt: `cat ${turn}` }));
    expect(spent()).toEqual([`Key ${bad}`, "Key good:key", "Key good:key", "Key good:key"]);
    expect(errors().map(({ message }) => message)).toEqual([`fal ${said} fal key 1 (bad1…)`]);
    expect(JSON.stringify(gateway.log())).not.toContain(bad);
  });
});

describe("no key that works", () => {
  const QUOTA = {
    message: "The gateway's balance at the upstream service is exhausted.",
    type: "insufficient_quota",
    param: null,
    code: "insufficient_quota",
  };
  const REFUSED = {
    message: "The gateway's key was refused upstream. Its owner has been told in the log.",
    type: "upstream_error",
    param: null,
    code: "upstream_key_refused",
  };

  test.each([
    ["x:locked", 402, QUOTA, 1],
    ["x:locked,y:locked", 402, QUOTA, 2],
    ["x:admin-lock", 502, REFUSED, 1],
    ["x:invalid", 502, REFUSED, 1],
    ["x:invalid,y:unknown", 502, REFUSED, 2],
  ] as const)("%s: %i, after each was tried once", async (keys, status, error, tried) => {
    await open(keys);
    const response = await ask(gateway, { prompt: "opensesame" });
    expect(response.status).toBe(status);
    expect(await response.json()).toStrictEqual({ error });
    expect(spent().length).toBe(tried);
    expect(JSON.stringify(gateway.log())).not.toMatch(/opensesame|[xy]:/);
  });
});

test("the SDK throws a plain APIError for an exhausted balance, and does not try again", async () => {
  await open("x:locked", asBinary);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY });
  const failure = await client.images
    .generate({ model: "flux-dev", prompt: "a cat" })
    .catch((error: unknown) => error);
  expect((failure as object).constructor).toBe(OpenAI.APIError);
  expect(failure).toMatchObject({ status: 402, code: "insufficient_quota" });
  expect(spent().length).toBe(1);
});
