/** A language model's stream on its way to the client: frames, their order and their moment. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { framesOf, said, textOf } from "../support/frames.ts";
import { CLIENT_KEY, type Gateway, overSocket, PLACES } from "../support/gateway.ts";
import {
  chunk,
  COMMENT,
  createProvider,
  data,
  DONE,
  events,
  type Provider,
  USAGE,
  usageChunk,
  words,
} from "../support/provider.ts";
import { pieces, random } from "../support/random.ts";

const ROLE = { role: "assistant", content: "", refusal: null };
const ASK = { model: "gpt-4o", messages: [{ role: "user", content: "hi" }] };

describe.each([...PLACES, ["over a socket", overSocket] as const])("a stream, %s", (_, start) => {
  let provider: Provider;
  let gateway: Gateway;
  beforeAll(async () => {
    provider = createProvider();
    gateway = await start({ env: { FAL_RUN_URL: provider.url, STREAM_KEEPALIVE: "0.05" } });
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.stop();
  });

  const ask = (more: object = {}) =>
    gateway.fetch("/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({ ...ASK, stream: true, ...more }),
    });
  const framed = async (more: object = {}) => framesOf(await (await ask(more)).text());

  test("has the head that no proxy holds back", async () => {
    provider.answer(() => events(words("Hello")));
    const { status, headers } = await ask();
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(headers.get("x-request-id")).toMatch(/^req_/);
  });

  const spoken = [
    ROLE,
    { role: "assistant", content: "Hello" },
    { role: "assistant", content: " there" },
    { finish_reason: "stop" },
  ];
  test.each<[string, object, Record<string, unknown>[]]>([
    ["not asked for", {}, []],
    ["asked for", { stream_options: { include_usage: true } }, [{ usage: USAGE }]],
    ["refused", { stream_options: { include_usage: false } }, []],
    ["null", { stream_options: null }, []],
  ])("usage %s", async (_, more, used) => {
    provider.answer(() => events(words("Hello", " there")));
    const frames = await framed(more);
    const [role, first, ...rest] = said(frames);
    expect([role, { role: "assistant", ...first }, ...rest]).toEqual([...spoken, ...used]);
    expect(frames.done).toBe(true);
    expect(frames.comments).toEqual([]);
    for (const { id, object, created, model } of frames.chunks) {
      expect({ id, object, created, model }).toEqual({
        id: "gen-1",
        object: "chat.completion.chunk",
        created: 1_800_000_000,
        model: "gpt-4o",
      });
    }
  });

  test("nothing is held back: each word is there before the next is sent", async () => {
    const gates = ["one", "two", "three"].map((word) => ({
      word,
      ...Promise.withResolvers<void>(),
    }));
    provider.answer(() =>
      events(
        (async function* () {
          for (const { word, promise } of gates) {
            yield chunk({ content: word });
            await promise;
          }
          yield* [chunk({}, "stop"), DONE];
        })(),
      ),
    );
    const response = await ask();
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (const { word, resolve } of gates) {
      while (!text.includes(word)) text += decoder.decode((await reader.read()).value);
      resolve();
    }
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      text += decoder.decode(step.value);
    }
    expect(textOf(framesOf(text.replaceAll(": keep-alive\n\n", "")))).toBe("onetwothree");
  });

  test("a silence is filled with comments, at the border of frames only", async () => {
    const half = chunk({ content: "late" });
    provider.answer(() =>
      events([
        chunk({ content: "early" }),
        Bun.sleep(180),
        half.slice(0, 40),
        Bun.sleep(120),
        half.slice(40),
        chunk({}, "stop"),
        DONE,
      ]),
    );
    const frames = await framed();
    expect(frames.comments.length).toBeGreaterThan(1);
    expect(new Set(frames.comments)).toEqual(new Set([": keep-alive"]));
    expect(textOf(frames)).toBe("earlylate");
    expect(frames.done).toBe(true);
  });

  test("comments, events and ids of the upstream's stay where they are", async () => {
    provider.answer(() =>
      events([
        COMMENT,
        "retry: 3000\n\n",
        `event: message\nid: 7\n${chunk({ content: "a" })}`,
        COMMENT,
        chunk({ content: "b" }),
        `: glued\n${chunk({ content: "c" })}`,
        chunk({}, "stop"),
        DONE,
      ]),
    );
    const text = await (await ask()).text();
    expect(text).not.toMatch(/OPENROUTER|retry|event:|id: |glued/);
    expect(textOf(framesOf(text))).toBe("abc");
  });

  test("the connection is closed after the end, whatever the upstream does", async () => {
    const open = Promise.withResolvers<void>();
    const before = provider.left();
    provider.answer(() => events([...words("Hello"), open.promise]));
    const frames = await framed();
    expect(frames.done).toBe(true);
    while (provider.left() === before) await Bun.sleep(2);
    open.resolve();
  });

  test("a JSON answer becomes a stream", async () => {
    const calls = [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }];
    const body = {
      id: "gen-2",
      object: "chat.completion",
      created: 5,
      model: "openai/gpt-4o",
      choices: [
        {
          index: 0,
          finish_reason: "tool_calls",
          message: { role: "assistant", content: "Well", reasoning: "hm", tool_calls: calls },
        },
      ],
      usage: USAGE,
    };
    provider.answer(() => Response.json(body));
    const response = await ask({ stream_options: { include_usage: true } });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const frames = framesOf(await response.text());
    expect(said(frames)).toEqual([
      ROLE,
      {
        content: "Well",
        reasoning: "hm",
        reasoning_content: "hm",
        tool_calls: calls.map((call, index) => ({ index, ...call })),
      },
      { finish_reason: "tool_calls" },
      { usage: USAGE },
    ]);
    expect(frames.done).toBe(true);
    for (const { id, model, object } of frames.chunks) {
      expect({ id, model, object }).toEqual({
        id: "gen-2",
        model: "gpt-4o",
        object: "chat.completion.chunk",
      });
    }
  });

  test("a stream that nobody asked for becomes JSON", async () => {
    const call = (more: object) => chunk({ content: null, tool_calls: [{ index: 0, ...more }] });
    provider.answer(() =>
      events([
        COMMENT,
        chunk({ content: "", reasoning: "h" }),
        chunk({ content: "", reasoning: "m" }),
        chunk({ content: "Hello" }),
        chunk({ content: " there" }),
        call({ id: "c1", type: "function", function: { name: "f", arguments: "" } }),
        call({ function: { arguments: '{"a"' } }),
        call({ function: { arguments: ":1}" } }),
        chunk({ content: "" }, "tool_calls"),
        usageChunk,
        DONE,
      ]),
    );
    for (const stream of [false, null]) {
      const response = await ask({ stream });
      expect(response.headers.get("content-type")).toStartWith("application/json");
      expect(await response.json()).toEqual({
        id: "gen-1",
        provider: "OpenAI",
        model: "gpt-4o",
        object: "chat.completion",
        created: 1_800_000_000,
        choices: [
          {
            index: 0,
            finish_reason: "tool_calls",
            native_finish_reason: "tool_calls",
            logprobs: null,
            message: {
              role: "assistant",
              content: "Hello there",
              refusal: null,
              reasoning: "hm",
              reasoning_content: "hm",
              tool_calls: [
                {
                  index: 0,
                  id: "c1",
                  type: "function",
                  function: { name: "f", arguments: '{"a":1}' },
                },
              ],
            },
          },
        ],
        usage: USAGE,
      });
    }
  });

  test.each([...Array(12).keys()])("cut anywhere by the network, seed %i", async (seed) => {
    const below = random(seed);
    const text = 'Zwölf "Boxkämpfer" 🦊 \\ 中文\n\r\t{}';
    const choices = (index: number, delta: object, finish_reason: string | null = null) =>
      data({
        id: "g",
        object: "chat.completion.chunk",
        created: 1,
        model: "openai/gpt-4o",
        choices: [{ index, delta, finish_reason }],
      });
    const all = [...Array(20).keys()].flatMap((at) => [
      choices(at % 3, { content: `${text}${at}` }),
      ...(at % 7 ? [] : [COMMENT]),
    ]);
    const ends = [0, 1, 2].map((index) => choices(index, {}, "stop"));
    const raw = [...all, ...ends, DONE].join("");
    const bytes = new TextEncoder().encode(seed % 3 ? raw : raw.replaceAll("\n", "\r\n"));
    const cut = pieces(bytes, below, 1 + below(400));
    provider.answer(() =>
      events(
        (async function* () {
          for (const piece of cut) {
            yield piece;
            await new Promise((resolve) => setImmediate(resolve));
          }
        })(),
      ),
    );
    const frames = framesOf((await (await ask()).text()).replaceAll(": keep-alive\n\n", ""));
    for (const index of [0, 1, 2]) {
      const wanted = [...Array(20).keys()].filter((at) => at % 3 === index);
      expect(textOf(frames, index)).toBe(wanted.map((at) => `${text}${at}`).join(""));
    }
    expect(frames.chunks.length).toBe(20 + 3 + 3);
    expect(frames.done).toBe(true);
  });
});
