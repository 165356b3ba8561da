/** A relay's creation that is sent again: one task, paid once. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { submitted } from "../support/fal.ts";
import { followed, NAMES, post, RELAYS, type RelayName } from "../support/film.ts";
import { CLIENT_KEY, type Assembled, assembled } from "../support/gateway.ts";

let gateway: Assembled;
beforeEach(async () => {
  gateway = await assembled({ env: { API_KEY: "sk-client,sk-other", RECONCILE_TIME: "0" } });
});
afterEach(() => gateway.stop());

const again = { "x-stainless-retry-count": "1" };
const keyed = (key: string) => ({ "idempotency-key": key });

interface Sent {
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
  key?: string;
}

const ask = (name: RelayName, { headers = {}, body = {}, key = CLIENT_KEY }: Sent) =>
  post(gateway, name, body, key, headers);

async function idOf(name: RelayName, sent: Sent): Promise<string> {
  const response = await ask(name, sent);
  const text = await response.text();
  expect([response.status, text]).toEqual([200, text]);
  return RELAYS[name].idOf(JSON.parse(text) as Record<string, unknown>);
}

describe.each(NAMES)("%s", (name) => {
  test.each<[string, Sent[], number]>([
    ["two that say nothing are two", [{}, {}], 2],
    ["an SDK's retry is the same", [{}, { headers: again }], 1],
    ["a retry of something else is another", [{}, { headers: again, body: { prompt: "x" } }], 2],
    ["the same key is the same", [{ headers: keyed("a") }, { headers: keyed("a") }], 1],
    ["another key is another", [{ headers: keyed("a") }, { headers: keyed("b") }], 2],
    [
      "another's key is another",
      [{ headers: keyed("a") }, { headers: keyed("a"), key: "sk-other" }],
      2,
    ],
  ])("%s", async (_, calls, count) => {
    const ids: string[] = [];
    for (const sent of calls) {
      const id = await idOf(name, sent);
      if (sent.key === undefined) await followed(gateway, name, id);
      ids.push(id);
    }
    expect(new Set(ids).size).toBe(count);
    while (gateway.parts.tasks.counts().running > 0) await Bun.sleep(2);
    expect(submitted(gateway.fal)).toHaveLength(count);
  });

  test("ten at once with one key are one", async () => {
    const sent = Array.from({ length: 10 }, () => idOf(name, { headers: keyed("a") }));
    const [id, ...others] = await Promise.all(sent);
    expect(new Set(others)).toEqual(new Set([id!]));
    await followed(gateway, name, id!);
    expect(submitted(gateway.fal)).toHaveLength(1);
  });

  test.each([
    ["another prompt", { prompt: "a dog" }],
    ["another model", { model: "veo3" }],
  ])("a key for %s is refused, in the relay's own words", async (_, body) => {
    await followed(gateway, name, await idOf(name, { headers: keyed("a") }));
    const before = submitted(gateway.fal).length;
    const response = await ask(name, { headers: keyed("a"), body });
    const error = {
      message: "'Idempotency-Key' was used before with another request body.",
      type: "invalid_request_error",
      param: "Idempotency-Key",
      code: "idempotency_key_reused",
    };
    const { code, message } = error;
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual(
      name === "veo" ? { error } : { code, message, data: null, error },
    );
    expect(submitted(gateway.fal)).toHaveLength(before);
  });

  test("a key that is none names the header", async () => {
    const response = await ask(name, { headers: keyed("a b") });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('"param":"Idempotency-Key"');
    expect(submitted(gateway.fal)).toEqual([]);
  });
});
