/** Waiting for one's turn at fal, at the wire: who is next, what the client sees, and who gives up. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Sent, submitted } from "../support/fal.ts";
import { type Gateway, type Options, overSocket } from "../support/gateway.ts";
import { blocks } from "../support/events.ts";
import { bearer } from "../support/keys.ts";
import { until } from "../store/counters/support.ts";

setDefaultTimeout(30_000);

const POSITION = "x-falgate-queue-position";
const PICTURES = "/v1/images/generations";

let gateway: Gateway;
afterEach(() => gateway.stop());

async function begin(
  limit: number,
  { runTime = 40, ...options }: Options & { runTime?: number } = {},
) {
  const env = { API_KEY: "anna,bert,carl", MAX_CONCURRENCY: String(limit), ...options.env };
  gateway = await overSocket({ ...options, env });
  gateway.fal.update({ runTime, concurrency: 100 });
  return gateway;
}

function post(path: string, key: string, body: object, init: RequestInit = {}) {
  return gateway.fetch(path, {
    method: "POST",
    ...init,
    headers: { ...bearer(key), "content-type": "application/json", ...init.headers },
    body: JSON.stringify(body),
  });
}

const draw = (key: string, prompt: string, init?: RequestInit) =>
  post(PICTURES, key, { model: "fal-ai/flux/dev", prompt }, init);

const prompts = (sent: readonly Sent[]) =>
  sent.map(({ body }) => (body as { prompt: string }).prompt);
const order = () => prompts(submitted(gateway.fal));
/** So many wait at fal or run there. */
const busiest = () => Math.max(...Object.values(gateway.fal.busiest()));

/** Calls of anna's that fill every slot, and one more each: they end when they are told to. */
async function busy(count: number): Promise<Promise<Response>[]> {
  const answers = Array.from({ length: count }, (_, index) => draw("anna", `anna ${index}`));
  // Those that nobody waits for end with their gateway.
  for (const answer of answers) answer.catch(() => {});
  await until(() => order().length > 0);
  await Bun.sleep(20);
  return answers;
}

describe("at fal", () => {
  test("there are never more than MAX_CONCURRENCY, and a new key's first is next", async () => {
    await begin(4);
    const batch = await busy(40);
    const others = ["bert", "carl"].map((key) => draw(key, key));
    const statuses = (await Promise.all([...batch, ...others])).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(busiest()).toBe(4);
    const served = order();
    expect(served).toHaveLength(42);
    // Those that had their turn before the others came, and the two that ended meanwhile.
    expect(served.indexOf("bert")).toBeLessThan(12);
    expect(served.indexOf("carl")).toBeLessThan(12);
  });

  test("every kind of call counts: pictures, speech, chats, films and fal's own", async () => {
    await begin(2, { runTime: 60 });
    const native = { prompt: "native" };
    const calls = [
      ...[1, 2].map((each) => draw("anna", `picture ${each}`)),
      post("/v1/audio/speech", "bert", { model: "tts-1", input: "speech", voice: "alloy" }),
      post("/v1/chat/completions", "carl", {
        model: "openai/gpt-4o",
        messages: [{ role: "user", content: "chat" }],
      }),
      post("/v1/video/create", "bert", { model: "veo3", prompt: "film" }),
      post("/fal-ai/flux/dev", "carl", native),
      post("/run/fal-ai/flux/dev", "carl", native),
    ];
    for (const response of await Promise.all(calls)) expect(response.status).toBeLessThan(300);
    await until(() => submitted(gateway.fal).length === calls.length);
    // The film and the native request go on when their answers are out, and hold their slots.
    await draw("anna", "last");
    expect(busiest()).toBeLessThanOrEqual(2);
  });

  test("a call that fails, is refused or cancelled gives its slot back", async () => {
    await begin(1);
    const failing = ["[sandbox fail=content_policy]", "[sandbox error=500]"];
    for (const prompt of failing) await draw("anna", prompt);
    const made = await post("/fal-ai/flux/dev", "bert", { prompt: "a [sandbox queue=60s]" });
    const { cancel_url } = (await made.json()) as { cancel_url: string };
    const cancelling = await fetch(cancel_url, { method: "PUT", headers: bearer("bert") });
    expect(cancelling.status).toBe(202);
    expect((await draw("anna", "after all that")).status).toBe(200);
  });
});

describe("the client sees", () => {
  test("how many were before it when it began to wait", async () => {
    await begin(1, { runTime: 300 });
    const [first, second] = await busy(2);
    const third = draw("bert", "bert");
    expect((await first!).headers.get(POSITION)).toBeNull();
    expect((await third).headers.get(POSITION)).toBe("0");
    expect((await second!).headers.get(POSITION)).toBe("0");
    const native = ["anna", "bert"].map((key) => post("/fal-ai/flux/dev", key, { prompt: key }));
    const places = (await Promise.all(native)).map(({ headers }) => headers.get(POSITION));
    expect(places.toSorted()).toEqual(["0", null] as string[]);
  });

  test("its place in a picture's stream, as comments that every client reads over", async () => {
    await begin(1, { runTime: 400 });
    await busy(2);
    const response = await post(PICTURES, "anna", { prompt: "streamed", stream: true });
    expect(response.status).toBe(200);
    expect(response.headers.get(POSITION)).toBe("1");
    const told = blocks(await response.text());
    expect(told.slice(0, 2)).toEqual([{ comment: ": 1 ahead" }, { comment: ": 0 ahead" }]);
    expect(told.at(-1)).toMatchObject({ event: "image_generation.completed" });
  });

  test("its place in a chat that draws", async () => {
    await begin(1, { runTime: 400 });
    await busy(2);
    const messages = [{ role: "user", content: "chatting" }];
    const body = { model: "flux-dev", messages, stream: true };
    const response = await post("/v1/chat/completions", "anna", body);
    expect(response.headers.get(POSITION)).toBe("1");
    expect(await response.text()).toContain("In the queue, 1 ahead");
  });

  test.each([
    ["/v1/chat/completions", { messages: [{ role: "user", content: "Hello" }] }, "data: [DONE]"],
    ["/v1/responses", { input: "Hello" }, "response.completed"],
  ])("its place in a stream of words, which opens at once: %s", async (path, body, end) => {
    await begin(1, { runTime: 300 });
    await busy(2);
    const asked = { model: "openai/gpt-4o", stream: true, ...body };
    const response = await post(path, "anna", asked);
    expect(response.status).toBe(200);
    expect(response.headers.get(POSITION)).toBe("1");
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    const text = await response.text();
    expect(text).toStartWith(": 1 ahead\n\n");
    expect(text).toContain(end);
    // Whoever need not wait is told nothing of it.
    expect(await (await post(path, "bert", asked)).text()).not.toContain("ahead");
  });

  test("in a stream that has opened, a failure as its last event", async () => {
    await begin(1, { runTime: 300 });
    await busy(1);
    const messages = [{ role: "user", content: "[sandbox error=500]" }];
    const body = { model: "openai/nothing-of-the-kind", stream: true, messages };
    const response = await post("/v1/chat/completions", "anna", body);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toStartWith(": 0 ahead\n\n");
    expect(text).toContain('"error":{"message"');
    expect((await draw("bert", "the slot is free again")).status).toBe(200);
  });

  test("its place in a task, until fal has it", async () => {
    await begin(1, { runTime: 400 });
    await busy(2);
    const made = await post(PICTURES, "anna", { prompt: "later", async: true });
    expect(made.status).toBe(202);
    const { id } = (await made.json()) as { id: string };
    const ask = async () =>
      (await (
        await gateway.fetch(`/v1/tasks/${id}`, { headers: bearer("anna") })
      ).json()) as Record<string, unknown>;
    await until(async () => (await ask()).queue_position === 1);
    expect(await ask()).toMatchObject({ status: "running", queue_position: 1 });
    await until(async () => (await ask()).status === "completed");
  });
});

describe("who leaves", () => {
  test("gives up its place, and fal never hears of it", async () => {
    await begin(1, { runTime: 200 });
    const waiting = await busy(2);
    const leaving = new AbortController();
    const gone = draw("bert", "gone", { signal: leaving.signal });
    await Bun.sleep(30);
    leaving.abort();
    expect(gone).rejects.toThrow();
    await Promise.all(waiting);
    expect((await draw("carl", "carl")).headers.get(POSITION)).toBeNull();
    expect(order()).toEqual(["anna 0", "anna 1", "carl"]);
  });

  test("keeps it under CANCEL_ON_DISCONNECT=never", async () => {
    await begin(1, { runTime: 100, env: { CANCEL_ON_DISCONNECT: "never" } });
    await busy(2);
    const leaving = new AbortController();
    draw("bert", "stays", { signal: leaving.signal }).catch(() => {});
    await Bun.sleep(30);
    leaving.abort();
    await until(() => order().includes("stays"));
  });

  test.each([
    [
      "a chat",
      "/v1/chat/completions",
      { model: "openai/gpt-4o", messages: [{ role: "user", content: "gone" }] },
    ],
    ["fal's own queue", "/fal-ai/flux/dev", { prompt: "gone" }],
    ["fal's own run", "/run/fal-ai/flux/dev", { prompt: "gone" }],
    ["speech", "/v1/audio/speech", { model: "tts-1", input: "gone", voice: "alloy" }],
  ])("%s, too", async (_, path, body) => {
    await begin(1, { runTime: 200 });
    await busy(1);
    const leaving = new AbortController();
    const gone = post(path, "bert", body, { signal: leaving.signal });
    await Bun.sleep(30);
    leaving.abort();
    expect(gone).rejects.toThrow();
    await draw("carl", "carl");
    expect(JSON.stringify(submitted(gateway.fal))).not.toContain("gone");
  });

  test("a task that is cancelled in the line is never submitted", async () => {
    await begin(1, { runTime: 200 });
    await busy(1);
    const made = await post("/v1/videos", "bert", { model: "veo3", prompt: "gone" });
    const { id } = (await made.json()) as { id: string };
    const ended = await gateway.fetch(`/v1/tasks/${id}`, {
      method: "DELETE",
      headers: bearer("bert"),
    });
    expect(ended.status).toBeLessThan(300);
    await draw("carl", "carl");
    expect(order()).toEqual(["anna 0", "carl"]);
  });
});

describe("X-Fal-Queue-Priority", () => {
  const PRIORITY = "x-fal-queue-priority";
  const priorities = () =>
    gateway.fal.requests
      .filter(({ method, host }) => method === "POST" && host === "queue")
      .map(({ headers }) => headers[PRIORITY]);

  test.each([
    ["pictures", PICTURES, { prompt: "a cat" }],
    ["pictures, without waiting", PICTURES, { prompt: "a cat", async: true }],
    [
      "a chat that draws",
      "/v1/chat/completions",
      { model: "flux-dev", messages: [{ role: "user", content: "a cat" }] },
    ],
    [
      "a chat that films",
      "/v1/chat/completions",
      { model: "veo3", messages: [{ role: "user", content: "a cat" }] },
    ],
    ["speech", "/v1/audio/speech", { model: "tts-1", input: "a cat", voice: "alloy" }],
    ["OpenAI's videos", "/v1/videos", { model: "veo3", prompt: "a cat" }],
    ["VEO", "/v1/video/create", { model: "veo3", prompt: "a cat" }],
    [
      "Jimeng",
      "/jimeng/submit/videos",
      { prompt: "a cat", duration: 5, aspect_ratio: "16:9", cfg_scale: 0.5 },
    ],
    ["fal's own", "/fal-ai/flux/dev", { prompt: "a cat" }],
  ])("%s: goes to fal as it came, and not where nobody said it", async (_, path, body) => {
    await begin(8, { runTime: 1 });
    for (const headers of [{ [PRIORITY]: "low" }, {}] as Record<string, string>[]) {
      const before = priorities().length;
      const answer = await post(path, "anna", body, { headers });
      expect(answer.status).toBeLessThan(300);
      await until(() => priorities().length > before);
    }
    expect(priorities().filter((each) => each !== undefined)).toEqual(["low"]);
  });

  test("any other word is refused by name, and nothing is submitted", async () => {
    await begin(8);
    const answer = await draw("anna", "a cat", { headers: { [PRIORITY]: "urgent" } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { param: "X-Fal-Queue-Priority", message: expect.stringContaining("normal or low") },
    });
    expect(order()).toEqual([]);
  });
});
