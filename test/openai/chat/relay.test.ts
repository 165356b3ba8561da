/** What a relay writes for each kind of chunk: every rule that some client breaks without. */
import { describe, expect, test } from "bun:test";
import { createRelay, type StreamFault } from "../../../src/openai/chat/relay.ts";
import { framesOf, said } from "../../support/frames.ts";
import { USAGE } from "../../support/provider.ts";

const FAILED = { error: { message: "failed", type: "upstream_error", param: null, code: null } };
const ROLE = { role: "assistant", content: "", refusal: null };

const head = { id: "gen-1", object: "chat.completion.chunk", created: 1, model: "openai/gpt-4o" };
const spoken = (delta: unknown, finish_reason: string | null = null, index = 0) => ({
  ...head,
  choices: [{ index, delta, finish_reason }],
});

/** `[DONE]` as text; `cut` for an upstream that just ends; text as it is; anything else as JSON. */
function relayed(events: readonly unknown[], { usage = false, model = "gpt-4o" } = {}) {
  const faults: StreamFault[] = [];
  const fail = (fault: StreamFault) => {
    faults.push(fault);
    return FAILED;
  };
  const relay = createRelay({ model, usage, id: "own", created: 7, fail });
  const text = events.map((event) => {
    if (event === "cut") return relay.end();
    return relay.push(typeof event === "string" ? event : JSON.stringify(event));
  });
  return { text: text.join(""), faults, relay };
}

const deltas = (events: readonly unknown[], options = {}) =>
  said(framesOf(relayed(events, options).text));

const hello = spoken({ role: "assistant", content: "Hello" });
const stop = spoken({ content: "" }, "stop");
const counted = { ...head, choices: [], usage: USAGE };

const call = (more: object) => ({ content: null, tool_calls: [more] });
const toolStart = { index: 0, id: "call_1", type: "function" };

describe("what is said", () => {
  test.each<[string, unknown[], Record<string, unknown>[]]>([
    [
      "role first and alone, finish last and alone",
      [hello, stop, "[DONE]"],
      [ROLE, { content: "Hello" }, { finish_reason: "stop" }],
    ],
    [
      "words beside the finish reason stand before it",
      [spoken({ content: "Hi" }, "length"), "[DONE]"],
      [ROLE, { content: "Hi" }, { finish_reason: "length" }],
    ],
    [
      "a finish reason is told once",
      [hello, stop, stop, "[DONE]"],
      [ROLE, { content: "Hello" }, { finish_reason: "stop" }],
    ],
    [
      "a stream that ends without a reason has stopped",
      [hello, "[DONE]"],
      [ROLE, { content: "Hello" }, { finish_reason: "stop" }],
    ],
    ["a stream that says nothing has stopped", ["[DONE]"], [ROLE, { finish_reason: "stop" }]],
    [
      "one that closes after its reason, without the end, has ended",
      [hello, stop, "cut"],
      [ROLE, { content: "Hello" }, { finish_reason: "stop" }],
    ],
    [
      "reasoning under both names, whichever came",
      [
        spoken({ content: "", reasoning: "hm" }),
        spoken({ content: "", reasoning_content: "ha" }),
        spoken({ content: "Hello" }),
        spoken({ content: "", reasoning_content: "late" }),
        stop,
        "[DONE]",
      ],
      [
        ROLE,
        { reasoning: "hm", reasoning_content: "hm" },
        { reasoning: "ha", reasoning_content: "ha" },
        { content: "Hello" },
        { reasoning: "late", reasoning_content: "late" },
        { finish_reason: "stop" },
      ],
    ],
    [
      "empty reasoning is none",
      [spoken({ content: "Hi", reasoning: null }), spoken({ content: "!", reasoning: "" }), stop],
      [ROLE, { content: "Hi" }, { content: "!" }, { finish_reason: "stop" }],
    ],
    [
      "a call's id, type and name come once",
      [
        spoken(call({ ...toolStart, function: { name: "wind", arguments: "" } })),
        spoken(call({ ...toolStart, function: { name: "wind", arguments: '{"a"' } })),
        spoken(call({ index: 0, id: "", function: { name: "", arguments: ":1}" } })),
        spoken({ content: null }, "tool_calls"),
        "[DONE]",
      ],
      [
        ROLE,
        { tool_calls: [{ ...toolStart, function: { name: "wind", arguments: "" } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
        { tool_calls: [{ index: 0, function: { arguments: ":1}" } }] },
        { finish_reason: "tool_calls" },
      ],
    ],
    [
      "two calls side by side, without an index",
      [
        spoken({
          tool_calls: [
            { id: "a", function: { name: "one", arguments: "{}" } },
            { id: "b", function: { name: "two", arguments: "{}" } },
          ],
        }),
      ],
      [
        ROLE,
        {
          tool_calls: [
            { index: 0, id: "a", type: "function", function: { name: "one", arguments: "{}" } },
            { index: 1, id: "b", type: "function", function: { name: "two", arguments: "{}" } },
          ],
        },
      ],
    ],
    [
      "a custom tool's call, and what OpenAI does not know of a call",
      [
        spoken(call({ index: 0, id: "c", type: "custom", custom: { name: "sh", input: "l" } })),
        spoken(call({ index: 0, custom: { input: "s" } })),
        spoken(call({ ...toolStart, index: 1, function: { name: "f" }, extra_content: { g: 1 } })),
      ],
      [
        ROLE,
        {
          tool_calls: [
            { index: 0, id: "c", type: "custom", custom: { name: "sh", input: "l" } },
          ] as never,
        },
        { tool_calls: [{ index: 0, custom: { input: "s" } }] as never },
        {
          tool_calls: [
            {
              ...toolStart,
              index: 1,
              function: { name: "f", arguments: "" },
              extra_content: { g: 1 },
            },
          ],
        },
      ],
    ],
    [
      "content in parts is a text",
      [
        spoken({
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        }),
      ],
      [ROLE, { content: "ab" }],
    ],
    [
      "a refusal, pictures, annotations and reasoning details travel along",
      [
        spoken({ content: null, refusal: "no" }),
        spoken({ content: null, images: [{ type: "image_url", image_url: { url: "u" } }] }),
        spoken({ content: "x", reasoning_details: [{ type: "r" }], annotations: [1] }),
      ],
      [
        ROLE,
        { refusal: "no" },
        { images: [{ type: "image_url", image_url: { url: "u" } }] },
        { content: "x", reasoning_details: [{ type: "r" }], annotations: [1] },
      ],
    ],
    [
      "each choice has its role and its finish",
      [
        spoken({ content: "a" }, null, 1),
        spoken({ content: "b" }, null, 0),
        spoken({}, "stop", 1),
        spoken({ content: "c" }, "length", 0),
        "[DONE]",
      ],
      [
        { index: 1, ...ROLE },
        { index: 1, content: "a" },
        ROLE,
        { content: "b" },
        { index: 1, finish_reason: "stop" },
        { content: "c" },
        { finish_reason: "length" },
      ],
    ],
    [
      "a choice that was left open is closed",
      [spoken({ content: "a" }, null, 1), spoken({ content: "b" }, "stop", 0), "[DONE]"],
      [
        { index: 1, ...ROLE },
        { index: 1, content: "a" },
        ROLE,
        { content: "b" },
        { finish_reason: "stop" },
        { index: 1, finish_reason: "stop" },
      ],
    ],
    [
      "a first chunk without choices is nothing",
      [{ ...head, choices: [] }, hello],
      [ROLE, { content: "Hello" }],
    ],
    [
      "nothing follows the end",
      [hello, stop, "[DONE]", hello],
      [ROLE, { content: "Hello" }, { finish_reason: "stop" }],
    ],
  ])("%s", (_, events, wanted) => {
    expect(deltas(events)).toEqual(wanted);
  });
});

describe("usage", () => {
  const USED = { usage: USAGE };
  const ended = [ROLE, { content: "Hello" }, { finish_reason: "stop" }];
  test.each<[string, unknown[]]>([
    ["in a chunk of its own", [hello, stop, counted, "[DONE]"]],
    ["beside the finish reason", [hello, { ...stop, usage: USAGE }, "[DONE]"]],
    [
      "beside an empty delta, as OpenRouter's",
      [hello, stop, { ...spoken({ content: "" }), usage: USAGE }, "[DONE]"],
    ],
    [
      "on every chunk, the last one counts",
      [{ ...hello, usage: { ...USAGE, total_tokens: 1 } }, { ...stop, usage: USAGE }, "[DONE]"],
    ],
    ["without any choices", [hello, stop, { ...head, usage: USAGE }, "[DONE]"]],
    ["of a stream that closes without its end", [hello, stop, counted, "cut"]],
  ])("%s", (_, events) => {
    expect(deltas(events, { usage: true })).toEqual([...ended, USED]);
    expect(deltas(events)).toEqual(ended);
  });

  test("asked for and not given is not made up", () => {
    expect(deltas([hello, stop, "[DONE]"], { usage: true })).toEqual(ended);
  });
});

describe("a chunk", () => {
  test("bears one id, the client's model, and null where OpenAI says so", () => {
    const events = [hello, { ...hello, id: "gen-2", created: 2 }, stop, counted, "[DONE]"];
    const { chunks } = framesOf(relayed(events, { usage: true }).text);
    for (const { id, object, created, model, choices } of chunks) {
      expect({ id, object, created, model }).toEqual({ ...head, model: "gpt-4o" });
      for (const choice of choices!) expect(choice).toMatchObject({ logprobs: null });
    }
  });

  test("has the relay's own head where it brings none", () => {
    const { chunks } = framesOf(relayed([{ choices: spoken({ content: "a" }).choices }]).text);
    expect(chunks.map(({ id, created }) => ({ id, created }))).toEqual([
      { id: "own", created: 7 },
      { id: "own", created: 7 },
    ]);
  });

  test("keeps logprobs, the provider and the fingerprint", () => {
    const logprobs = { content: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }] };
    const choices = [{ index: 0, delta: { content: "a" }, logprobs, native_finish_reason: null }];
    const given = { ...head, provider: "P", system_fingerprint: "f", choices };
    const { chunks } = framesOf(relayed([given]).text);
    expect(chunks[1]).toEqual({
      ...given,
      model: "gpt-4o",
      choices: [{ ...choices[0]!, finish_reason: null }] as never,
    });
  });

  test("of plain text goes out as it came, but for the model", () => {
    const { relay } = relayed([hello]);
    const text =
      '{"x":1e400,"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"openai/gpt-4o","choices":[{"index":0,"delta":{"content":"\\u00e4"},"finish_reason":null}]}';
    expect(relay.push(text)).toBe(`data: ${text.replace('"openai/gpt-4o"', '"gpt-4o"')}\n\n`);
  });

  test.each([
    ["blanks in its JSON", JSON.stringify(hello, null, 1)],
    ["an error of null", JSON.stringify({ ...hello, error: null })],
    ["a fingerprint of null", JSON.stringify({ ...hello, system_fingerprint: null })],
    ["no time", JSON.stringify({ ...hello, created: undefined })],
    ["another object", JSON.stringify({ ...hello, object: "chunk" })],
    [
      "two choices",
      JSON.stringify({
        ...head,
        choices: [hello.choices[0], spoken({ content: "b" }, null, 1).choices[0]],
      }),
    ],
  ])("with %s is written anew", (_, text) => {
    const { relay } = relayed([hello]);
    for (const chunk of framesOf(relay.push(text)).chunks) {
      const { choices, ...rest } = chunk;
      expect(rest).toEqual({ ...head, model: "gpt-4o" });
      expect(choices!.length).toBe(1);
    }
  });
});

describe("a failure", () => {
  test.each<[string, unknown, StreamFault["kind"]]>([
    ["an error frame", { error: { message: "no", code: 502 } }, "error"],
    ["an error frame with choices", { ...hello, error: { message: "no", code: 502 } }, "error"],
    ["a text for an error", { error: "no" }, "error"],
    ["a choice that failed", spoken({ content: "" }, "error"), "error"],
    [
      "a choice with an error",
      { ...head, choices: [{ index: 0, delta: {}, error: { message: "no" } }] },
      "error",
    ],
    ["half a chunk", '{"choices": [{"delta": oops', "garbage"],
    ["a list", "[]", "garbage"],
    ["a number", "1", "garbage"],
    ["null", "null", "garbage"],
    ["a text", '"hello"', "garbage"],
    ["an empty object", {}, "garbage"],
    ["choices that are none", { ...head, choices: {} }, "garbage"],
    ["choices that are none beside usage", { ...head, choices: {}, usage: USAGE }, "garbage"],
    ["a choice that is null", { ...head, choices: [null] }, "garbage"],
    ["a choice that is a text", { ...head, choices: ["hi"] }, "garbage"],
    ["a delta that is a text", spoken("hi"), "garbage"],
    ["calls that are no list", spoken({ tool_calls: { index: 0 } }), "garbage"],
    ["a call that is null", spoken({ tool_calls: [null] }), "garbage"],
    ["the connection's end", "cut", "cut"],
  ])("%s ends the stream with one frame", (_, event, kind) => {
    const { text, faults, relay } = relayed([hello, event, hello, "[DONE]", "cut"]);
    const frames = framesOf(text);
    expect(said(frames)).toEqual([ROLE, { content: "Hello" }, FAILED]);
    expect(Object.keys(frames.chunks.at(-1)!)).toEqual(["error"]);
    expect(frames.done).toBe(true);
    expect(faults.map((fault) => fault.kind)).toEqual([kind]);
    expect(relay.fault()?.kind).toBe(kind);
    expect(relay.done()).toBe(true);
  });

  test("of a choice among several leaves no doubt", () => {
    const events = [spoken({ content: "a" }, "stop", 1), hello, "cut"];
    expect(deltas(events).at(-1)).toEqual(FAILED);
  });
});
