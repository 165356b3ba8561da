/** Repeated requests: which join a generation, which start one, and that fal is paid once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { ask, links, until } from "../support/clients.ts";
import { submitted } from "../support/fal.ts";
import { type Gateway, overSocket, asBinary, type Start } from "../support/gateway.ts";

const RETRY = { "x-stainless-retry-count": "1" };
const SLOW = { prompt: "a cat [sandbox run=150ms]" };

const PLACES: readonly (readonly [string, Start])[] = [
  ["over a socket", overSocket],
  ["as the binary", asBinary],
];

describe.each(PLACES)("joining, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({ env: { API_KEY: "sk-client, sk-other" } });
  });
  afterAll(() => gateway.stop());
  // Each test has its own prompt, because generations are remembered.
  let turn = 0;
  let mine: { prompt: string };
  beforeEach(() => {
    gateway.fal.reset();
    turn += 1;
    mine = { prompt: `picture ${turn} [sandbox run=100ms]` };
  });
  const paid = () => submitted(gateway.fal).length;

  test("the same request twice is two generations", async () => {
    const [one, two] = await Promise.all([links(ask(gateway, mine)), links(ask(gateway, mine))]);
    expect(one).not.toEqual(two);
    expect(paid()).toBe(2);
  });

  test("a retry joins what runs", async () => {
    const first = links(ask(gateway, mine));
    await until(() => paid() === 1);
    const retried = links(ask(gateway, mine, RETRY));
    expect(await retried).toEqual(await first);
    expect(paid()).toBe(1);
  });

  test("a retry joins what has just finished", async () => {
    const first = await links(ask(gateway, mine));
    expect(await links(ask(gateway, mine, RETRY))).toEqual(first);
    expect(await links(ask(gateway, mine, { "x-stainless-retry-count": "2" }))).toEqual(first);
    expect(paid()).toBe(1);
  });

  test("a retry count of 0 is no retry", async () => {
    await links(ask(gateway, mine));
    await links(ask(gateway, mine, { "x-stainless-retry-count": "0" }));
    expect(paid()).toBe(2);
  });

  test("a retry of something else starts anew", async () => {
    await links(ask(gateway, mine));
    await links(ask(gateway, { ...mine, size: "16:9" }, RETRY));
    expect(paid()).toBe(2);
  });

  test("a retry with another client's key starts anew", async () => {
    await links(ask(gateway, mine));
    await links(ask(gateway, mine, { ...RETRY, authorization: "Bearer sk-other" }));
    expect(paid()).toBe(2);
  });

  test("a retry of a failure starts anew", async () => {
    const failing = { prompt: `picture ${turn} [sandbox error=runner_server_error]` };
    expect((await ask(gateway, failing)).status).toBe(502);
    expect((await ask(gateway, failing, RETRY)).status).toBe(502);
    expect(paid()).toBe(2);
  });

  test("a retry in another form, base64 for a link, joins as well", async () => {
    await links(ask(gateway, mine));
    const answer = await ask(gateway, { ...mine, response_format: "b64_json" }, RETRY);
    expect(await answer.text()).toContain('"b64_json":"');
    expect(paid()).toBe(1);
  });

  test("the same Idempotency-Key joins, also long after and without a retry count", async () => {
    const key = { "idempotency-key": `order-${turn}` };
    const first = links(ask(gateway, mine, key));
    const second = links(ask(gateway, mine, key));
    expect(await second).toEqual(await first);
    expect(await links(ask(gateway, mine, key))).toEqual(await first);
    expect(paid()).toBe(1);
  });

  test("the order of a body's keys does not make it another", async () => {
    const key = { "idempotency-key": `ordered-${turn}` };
    await links(ask(gateway, { ...mine, n: 2, size: "1:1" }, key));
    await links(ask(gateway, { size: "1:1", n: 2, ...mine }, key));
    expect(paid()).toBe(1);
  });

  test("another Idempotency-Key is another generation", async () => {
    await links(ask(gateway, mine, { "idempotency-key": `a-${turn}` }));
    await links(ask(gateway, mine, { "idempotency-key": `b-${turn}` }));
    expect(paid()).toBe(2);
  });

  test("the same Idempotency-Key with another body is refused", async () => {
    const key = { "idempotency-key": `reused-${turn}` };
    await links(ask(gateway, mine, key));
    const response = await ask(gateway, { ...mine, prompt: "opensesame" }, key);
    expect(response.status).toBe(422);
    expect(await response.json()).toStrictEqual({
      error: {
        message: "'Idempotency-Key' was used before with another request body.",
        type: "invalid_request_error",
        param: "Idempotency-Key",
        code: "idempotency_key_reused",
      },
    });
    expect(paid()).toBe(1);
  });

  test("the same Idempotency-Key of another client is another key", async () => {
    const key = { "idempotency-key": `shared-${turn}` };
    await links(ask(gateway, mine, key));
    await links(ask(gateway, mine, { ...key, authorization: "Bearer sk-other" }));
    expect(paid()).toBe(2);
  });

  test("an Idempotency-Key is free again once its generation has failed", async () => {
    const key = { "idempotency-key": `failed-${turn}` };
    const failing = { prompt: `picture ${turn} [sandbox error=runner_server_error]` };
    expect((await ask(gateway, failing, key)).status).toBe(502);
    await links(ask(gateway, mine, key));
    expect(paid()).toBe(2);
  });

  test.each([
    ["of 256 characters", "k".repeat(256)],
    ["with a blank", "a b"],
  ])("an Idempotency-Key %s is refused", async (_, key) => {
    const response = await ask(gateway, mine, { "idempotency-key": key });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "Idempotency-Key" } });
    expect(paid()).toBe(0);
  });
});

describe("running out of patience", () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await asBinary({ env: { REQUEST_TIMEOUT: "0.1" } });
  });
  afterAll(() => gateway.stop());

  test("is told, leaves the generation running, and the same request gets it at no further cost", async () => {
    gateway.fal.reset();
    const first = await ask(gateway, SLOW);
    expect(first.status).toBe(504);
    expect(await first.json()).toStrictEqual({
      error: {
        message:
          "The generation is not finished after 0.1 s. It goes on: the same request again waits for it, at no further cost.",
        type: "timeout_error",
        param: null,
        code: "timeout",
      },
    });
    expect(first.headers.get("x-should-retry")).toBeNull();
    await until(async () => (await ask(gateway, SLOW)).status === 200);
    expect(submitted(gateway.fal).length).toBe(1);
  });
});
