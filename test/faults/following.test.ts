/** A generation that fal has taken is followed to its end, whatever happens on the way: it is paid for. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { ask, links, until } from "../support/clients.ts";
import { sent, submitted } from "../support/fal.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type Gateway, overSocket } from "../support/gateway.ts";
import { createUpstream, cut } from "../support/upstream.ts";

let gateway: Gateway;
beforeEach(async () => {
  gateway = await overSocket();
});
afterEach(() => gateway.stop());

const counted = (path: RegExp) =>
  sent(gateway.fal).filter(({ path: asked }) => path.test(asked)).length;

describe("watching", () => {
  test("polls where there is no stream, from 100 ms on", async () => {
    await links(ask(gateway, { prompt: "a cat [sandbox stream=none run=300ms]" }));
    expect(counted(/status\/stream/)).toBe(1);
    expect(counted(/\/status\?logs=1$/)).toBeGreaterThanOrEqual(3);
    expect(counted(/\/status\?logs=1$/)).toBeLessThanOrEqual(5);
  });

  test("takes up a stream that was cut", async () => {
    await links(ask(gateway, { prompt: "a cat [sandbox drop=stream*2 run=100ms]" }));
    expect(counted(/status\/stream/)).toBe(3);
    expect(submitted(gateway.fal).length).toBe(1);
  });

  test("does not ask without pause where every stream is cut at once", async () => {
    await links(ask(gateway, { prompt: "a cat [sandbox drop=stream*100000 run=500ms]" }));
    expect(counted(/\/status/)).toBeLessThan(20);
    expect(submitted(gateway.fal).length).toBe(1);
  });
});

describe("the result", () => {
  test.each(["drop=result", "drop=result*2"])("is asked for again after %s", async (drop) => {
    await links(ask(gateway, { prompt: `a cat [sandbox ${drop}]` }));
    expect(submitted(gateway.fal).length).toBe(1);
  });
});

test("a result that fal has forgotten is not bought again, here or by the client", async () => {
  const prompt = "a cat [sandbox forget]";
  const response = await ask(gateway, { prompt });
  expect([response.status, response.headers.get("x-should-retry")]).toEqual([424, "false"]);
  expect(submitted(gateway.fal)).toEqual([
    { method: "POST", path: "/queue/fal-ai/flux/dev", body: { prompt, num_images: 1 } },
  ]);
  // Nor is the endpoint taken for retired.
  await links(ask(gateway, {}));
  expect(submitted(gateway.fal).at(-1)!.path).toBe("/queue/fal-ai/flux/dev");
});

test("an answer to the submission that is cut off is no reason to submit again", async () => {
  const response = await ask(gateway, { prompt: "opensesame [sandbox drop=submit-after]" });
  expect(response.status).toBe(424);
  expect(response.headers.get("x-should-retry")).toBe("false");
  expect(await response.json()).toMatchObject({ error: { code: "upstream_outcome_unknown" } });
  expect(submitted(gateway.fal).length).toBe(1);
});

describe("fal out of reach while it works", () => {
  /** In front of the emulated fal; while it is down it takes every connection and answers nothing. */
  function gate(fal: Sandbox) {
    let open = true;
    const upstream = createUpstream(async (request) => {
      if (!open) return cut();
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = method === "POST" ? await request.text() : undefined;
      return fetch(`${fal.url}${pathname}${search}`, {
        method,
        headers,
        ...(body ? { body } : {}),
      });
    });
    return { ...upstream, set: (state: boolean) => void (open = state) };
  }

  test("for longer than a call is tried again: the picture is delivered, and paid once", async () => {
    const { fal } = gateway;
    const between = gate(fal);
    const behind = await overSocket({ fal, env: { FAL_QUEUE_URL: `${between.url}/queue` } });
    const answer = links(ask(behind, { prompt: "a cat [sandbox run=50ms stream=none]" }));
    await until(() => between.asked.some((line) => line.includes("/status?")));
    between.set(false);
    const tried = between.asked.length;
    await until(() => between.asked.length > tried + 5);
    between.set(true);
    expect((await answer).length).toBe(1);
    expect(submitted(fal).length).toBe(1);
    await between.stop();
    await behind.stop();
  });
});
