/** A picture as a stream of chat: role, progress, picture, finish, usage, the end; in that order. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { cancelled, submitted } from "../support/fal.ts";
import { type Frames, framesOf, said } from "../support/frames.ts";
import { asBinary, CLIENT_KEY, type Gateway, overSocket, PLACES } from "../support/gateway.ts";
import { error, invalid } from "../support/scenario.ts";

const ROLE = { role: "assistant", content: "", refusal: null };
const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
const SLOW = "[sandbox queue=150ms run=300ms position=2 logs=4]";

const slowFal = () => createSandbox({ port: 0, queueTime: 0, runTime: 0, concurrency: 40 });

const ask = (gateway: Gateway, more: object = {}, signal?: AbortSignal) =>
  gateway.fetch("/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify({
      model: "flux-dev",
      stream: true,
      messages: [{ role: "user", content: "a cat size:16:9" }],
      ...more,
    }),
    ...(signal ? { signal } : {}),
  });

const words = (content: string) => ({ messages: [{ role: "user", content }] });

/** The frames, without what only waiting writes. */
const framed = async (response: Response): Promise<Frames> => framesOf(await response.text());

const SHOWN = expect.stringMatching(
  /^Generated image with prompt: "a cat" and aspect ratio: 16:9 using flux-dev\n\n!\[Generated Image\]\(http:\/\/127\.0\.0\.1:\d+\/files\/\S+\.jpg\)$/,
);

describe.each([...PLACES, ["over a socket", overSocket] as const])("%s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({ fal: slowFal(), env: { STREAM_KEEPALIVE: "0.05" } });
  });
  afterAll(() => gateway.stop());
  afterEach(() => gateway.fal.reset());

  test("has the head of every stream, and one envelope", async () => {
    const response = await ask(gateway);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    const { chunks, done } = await framed(response);
    expect(done).toBe(true);
    const [first] = chunks;
    expect(first!.id).toStartWith("chatcmpl-");
    for (const { id, object, created, model } of chunks) {
      expect({ id, object, created, model }).toEqual({
        id: first!.id,
        object: "chat.completion.chunk",
        created: first!.created,
        model: "flux-dev",
      });
    }
  });

  test.each([
    ["asked for", { stream_options: { include_usage: true } }, [{ usage: NO_TOKENS }]],
    ["not asked for", {}, []],
  ])("role, progress, picture, finish; usage %s", async (_, more, usage) => {
    const frames = await framed(await ask(gateway, { ...words(`a cat 16:9 ${SLOW}`), ...more }));
    const [role, ...rest] = said(frames);
    const progress = rest.filter((delta) => "reasoning_content" in delta);
    expect(role).toEqual(ROLE);
    expect(rest.slice(progress.length)).toEqual([
      { content: expect.stringContaining("![Generated Image](http") },
      { finish_reason: "stop" },
      ...usage,
    ]);
    const lines = progress.map(({ reasoning_content }) => String(reasoning_content));
    expect(lines[0]).toMatch(/^In the queue(, 2 ahead)?\n\n$/);
    expect(lines.some((line) => /^Generating, \d+ %/.test(line))).toBe(true);
    expect(new Set(lines).size).toBe(lines.length);
  });

  test("the picture is a link, however it was asked for", async () => {
    const frames = await framed(await ask(gateway, { response_format: { type: "text" } }));
    expect(said(frames).at(-2)).toEqual({ content: SHOWN });
    expect(JSON.stringify(frames)).not.toContain("data:image");
  });

  test("in OpenRouter's form, where it is asked for", async () => {
    const frames = await framed(await ask(gateway, { modalities: ["image", "text"], n: 2 }));
    const image = (index: number) => ({
      type: "image_url",
      image_url: { url: expect.stringMatching(/^http/) },
      index,
    });
    expect(said(frames).at(-2)).toEqual({
      content: 'Generated image with prompt: "a cat" and aspect ratio: 16:9 using flux-dev',
      images: [image(0), image(1)],
    });
  });

  test("a long silence is filled with comments", async () => {
    const { comments } = await framed(
      await ask(gateway, words("a cat [sandbox run=400ms logs=0]")),
    );
    expect(comments.length).toBeGreaterThan(1);
    expect(new Set(comments)).toEqual(new Set([": keep-alive"]));
  });

  test("what fal refuses has its own status", async () => {
    const prompt = "opensesame [sandbox error=content_policy_violation at=submit]";
    const response = await ask(gateway, words(prompt));
    expect(response.status).toBe(400);
    expect(await response.json()).toStrictEqual(
      invalid(/content policy/, null, "content_policy_violation"),
    );
  });

  test.each([
    [
      "the model's failure",
      "error=runner_server_error",
      error("The model failed.", "upstream_error", "upstream_error"),
    ],
    [
      "a refusal of the content",
      "error=content_policy_violation",
      invalid(/content policy/, null, "content_policy_violation"),
    ],
    [
      "a picture that was blacked out",
      "nsfw=all",
      invalid(/blacked out/, null, "content_policy_violation"),
    ],
  ])("%s is one frame, then the end", async (_, marker, body) => {
    const frames = await framed(await ask(gateway, words(`opensesame [sandbox ${marker}]`)));
    expect(said(frames)[0]).toEqual(ROLE);
    expect(said(frames).at(-1)).toStrictEqual(body as never);
    expect(frames.done).toBe(true);
    expect(JSON.stringify(frames)).not.toContain("opensesame");
  });
});

describe.each([
  ["reasoning_content", "reasoning_content"],
  ["content", "content"],
  ["none", undefined],
])("CHAT_PROGRESS=%s", (setting, key) => {
  test("puts the progress where it belongs", async () => {
    const gateway = await overSocket({ fal: slowFal(), env: { CHAT_PROGRESS: setting } });
    const all = said(await framed(await ask(gateway, words(`a cat ${SLOW}`))));
    const progress = all.slice(1, -2);
    expect(progress.length > 0).toBe(key !== undefined);
    for (const delta of progress) expect(Object.keys(delta)).toEqual([key!]);
    expect(all.at(-2)).toEqual({ content: expect.stringContaining("![Generated Image](http") });
    await gateway.stop();
  });
});

describe("a client that leaves a drawing", () => {
  test("cancels what has not begun", async () => {
    const gateway = await asBinary({ fal: slowFal() });
    const leaving = new AbortController();
    const response = await ask(gateway, words("a cat [sandbox queue=10s]"), leaving.signal);
    await response.body!.getReader().read();
    leaving.abort();
    while (cancelled(gateway.fal).length === 0) await Bun.sleep(5);
    expect(submitted(gateway.fal).length).toBe(1);
    await gateway.stop();
  });
});
