/** Whose a request is: its submitter's alone, and fal's other requests only for whom the owner has named. */
import { afterEach, describe, expect, test } from "bun:test";
import { FAL_KEY, sent } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, type Options, PLACES, type Start } from "../support/gateway.ts";
import {
  call,
  completed,
  expectNoClientKey,
  OTHER_KEY,
  submit,
  type Submitted,
  TWO_CLIENTS,
} from "../native/support.ts";

let gateway: Gateway;
afterEach(() => {
  expectNoClientKey(gateway);
  return gateway.stop();
});

const open = async (start: Start, options: Options = {}) =>
  (gateway = await start({ ...options, env: { ...TWO_CLIENTS, ...options.env } }));

const UNKNOWN = "6e4b1f0e-0000-4000-8000-000000000000";

/** Everything that can be asked of a request, by one client. */
async function everything(id: string, key: string) {
  const path = `/fal-ai/flux/requests/${id}`;
  const headers = { authorization: `Key ${key}` };
  const queue = `https://queue.fal.run${path}`;
  const answers = [
    await call(gateway, { path, headers }),
    await call(gateway, { path: `/queue${path}/response`, headers }),
    await call(gateway, { path: `${path}/status?logs=1`, headers }),
    await call(gateway, { path: `${path}/status/stream`, headers }),
    await call(gateway, {
      path: "/api/fal/proxy",
      headers: { ...headers, "x-fal-target-url": queue },
    }),
    await call(gateway, { path: `${path}/cancel`, method: "PUT", headers }),
  ];
  return Promise.all(answers.map(async (one) => [one.status, await one.text()] as const));
}

describe.each(PLACES)("%s", (_, start: Start) => {
  test.each(["a cat", "a cat [sandbox queue=1m]"])(
    "%p: another client gets what it gets for an id that nobody has",
    async (prompt) => {
      await open(start);
      const { request_id: id } = await submit(gateway, prompt);
      const over = !prompt.includes("queue");
      if (over) await completed(gateway, id);
      // falgate fetches the result by itself: with this one it has it.
      if (over) await call(gateway, { path: `/fal-ai/flux/requests/${id}` });
      gateway.fal.reset();
      const refused = await everything(id, OTHER_KEY);
      expect(refused).toEqual(await everything(UNKNOWN, OTHER_KEY));
      expect(new Set(refused.map(([status]) => status))).toEqual(new Set([404]));
      expect(refused[0]![1]).toBe('{"status":"NOT_FOUND","message":"not found"}');
      expect(sent(gateway.fal)).toEqual([]);
    },
  );

  test.each([
    ["key-1", [CLIENT_KEY], [OTHER_KEY]],
    ["*", [CLIENT_KEY, OTHER_KEY], []],
    ["", [], [CLIENT_KEY, OTHER_KEY]],
  ])("fal's other requests, for %p", async (named, allowed, refused) => {
    await open(start, { env: { FOREIGN_REQUESTS: named } });
    const response = await fetch(`${gateway.fal.queueUrl}/fal-ai/flux/dev`, {
      method: "POST",
      headers: { authorization: `Key ${FAL_KEY}` },
      body: '{"prompt":"a cat"}',
    });
    const { request_id: id } = (await response.json()) as Submitted;
    for (const key of refused) {
      const answers = await everything(id, key);
      expect(new Set(answers.map(([status]) => status))).toEqual(new Set([404]));
    }
    for (const key of allowed) {
      const path = `/fal-ai/flux/requests/${id}`;
      const headers = { authorization: `Key ${key}` };
      const status = await completed(gateway, id, "fal-ai/flux", key);
      expect(status).toMatchObject({ response_url: `${gateway.url}${path}` });
      const result = await call(gateway, { path, headers });
      expect([result.status, await result.json()]).toMatchObject([200, { prompt: "a cat" }]);
      const nobody = await everything(UNKNOWN, key);
      expect(new Set(nobody.map(([code]) => code))).toEqual(new Set([404]));
    }
  });
});
