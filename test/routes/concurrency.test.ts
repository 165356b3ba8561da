/** Places of a key: taken until the answer has ended, whichever way it ends. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../support/clients.ts";
import { submitted } from "../support/fal.ts";
import { asBinary, type Gateway, overSocket, type Start } from "../support/gateway.ts";
import { ADMIN_KEY, bearer, makeKey } from "../support/keys.ts";
import { error } from "../support/scenario.ts";

const PICTURE = "/v1/images/generations";
const CHAT = "/v1/chat/completions";

/** Long enough that it is cut off by nothing but the test. */
const SLOW = "a cat [sandbox run=20s]";
const talk = (words: string, stream: boolean) => ({
  ...{ model: "openai/gpt-4o", stream },
  messages: [{ role: "user", content: words }],
});

const places: readonly (readonly [string, Start])[] = [
  ["over sockets", overSocket],
  ["as the binary", asBinary],
];

describe.each(places)("%s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({ env: { ADMIN_KEY, CANCEL_ON_DISCONNECT: "always" } });
  });
  afterAll(() => gateway.stop());

  const post = (key: string, path: string, body: object, signal?: AbortSignal) =>
    gateway.fetch(path, {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });

  /** Whether a further request finds a place. It is one that costs next to nothing. */
  async function isFree(key: string): Promise<boolean> {
    const response = await post(key, PICTURE, { prompt: "a dog" });
    await response.text();
    return response.status === 200;
  }

  test("no more than there are at once, and as many again afterwards", async () => {
    const key = await makeKey(gateway, { name: "two", concurrency: 2 });
    gateway.fal.reset();
    const asked = [1, 2, 3, 4, 5].map((index) =>
      post(key, PICTURE, { prompt: `cat ${index} [sandbox run=300ms]` }),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    const message = "This key may make 2 requests at the same time. Try again when one has ended.";
    expect(await refused.json()).toEqual(error(message, "rate_limit_error", "rate_limit_exceeded"));
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(submitted(gateway.fal)).toHaveLength(2);
    const again = await Promise.all([1, 2].map(() => isFree(key)));
    expect(again).toEqual([true, true]);
  });

  test.each([
    ["a picture that is waited for", PICTURE, { prompt: SLOW }],
    ["a picture as a stream", PICTURE, { prompt: SLOW, stream: true }],
    ["a picture by talking", CHAT, { ...talk(SLOW, true), model: "flux-dev" }],
    ["words as a stream", CHAT, talk("hi [sandbox delay=200ms tokens=500]", true)],
    ["fal's own API", "/run/fal-ai/flux/dev", { prompt: SLOW }],
    ["fal's own stream", "/run/fal-ai/flux/dev/stream", { prompt: SLOW }],
  ])("%s gives its place back when its client leaves", async (name, path, body) => {
    const key = await makeKey(gateway, { name, concurrency: 1 });
    const leaving = new AbortController();
    const asked = post(key, path, body, leaving.signal)
      .then((response) => response.text())
      .catch((fault: Error) => fault.name);
    await until(async () => !(await isFree(key)));
    leaving.abort();
    expect(await asked).toBe("AbortError");
    await until(() => isFree(key));
  });

  test.each([
    ["a stream read to its end", CHAT, talk("hi [sandbox tokens=20]", true), 200],
    ["fal's own answer read to its end", "/run/fal-ai/flux/dev", { prompt: "a cat" }, 200],
    ["a stream that is cut", CHAT, talk("hi [sandbox cut=300]", true), 200],
    ["a refusal of its body", PICTURE, { prompt: 7 }, 400],
    ["a refusal of its model", PICTURE, { model: "nobody's", prompt: "a cat" }, 404],
    [
      "a failure of fal's",
      PICTURE,
      { prompt: "a cat [sandbox error=downstream_service_error]" },
      502,
    ],
  ])("%s gives its place back", async (name, path, body, status) => {
    const key = await makeKey(gateway, { name, concurrency: 1 });
    const response = await post(key, path, body);
    await response.text().catch(() => {}); // A stream that is cut ends in a fault.
    expect(response.status).toBe(status);
    await until(() => isFree(key));
  });

  test("a request without a place is not one of the minute's", async () => {
    const key = await makeKey(gateway, { name: "both", concurrency: 1, rpm: 3 });
    const slow = post(key, PICTURE, { prompt: "a cat [sandbox run=300ms]" });
    await until(() =>
      submitted(gateway.fal).some(({ body }) => JSON.stringify(body).includes("cat")),
    );
    for (let time = 0; time < 5; time++) {
      const refused = await post(key, PICTURE, { prompt: "a dog" });
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("1");
    }
    expect((await slow).headers.get("x-ratelimit-remaining-requests")).toBe("2");
    await until(() => isFree(key));
    const last = await post(key, PICTURE, { prompt: "a bird" });
    expect(last.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  });

  test("a dozen who leave at once leave no place behind", async () => {
    const key = await makeKey(gateway, { name: "crowd", concurrency: 12 });
    const leaving = new AbortController();
    const all = Array.from({ length: 12 }, (_, index) =>
      post(key, CHAT, talk(`hi ${index} [sandbox delay=100ms tokens=300]`, true), leaving.signal)
        .then((response) => response.text())
        .catch((fault: Error) => fault.name),
    );
    await until(async () => !(await isFree(key)));
    leaving.abort();
    expect(new Set(await Promise.all(all))).toEqual(new Set(["AbortError"]));
    const again = () => Promise.all(Array.from({ length: 12 }, () => isFree(key)));
    await until(async () => (await again()).every((free) => free));
  });
});
