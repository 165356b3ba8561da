/** The events of a streamed response: their order, and that they end in what a plain answer says. */
import { describe, expect, test } from "bun:test";
import type { ChatDelta } from "../../../src/openai/chat/answer.ts";
import { ApiError } from "../../../src/openai/error.ts";
import { responseEvents } from "../../../src/openai/responses/events.ts";
import { fromChat } from "../../../src/openai/responses/response.ts";
import {
  args,
  chunked,
  completion,
  CONTEXT,
  type Event,
  eventsOf,
  final,
  fn,
  stream,
  USAGE,
} from "./support.ts";

const PARAMS = { model: "m", input: "hi" };

/** An event in short: its type, whose it is, and what it says. */
function short(event: Event): string {
  const { type, output_index, item, delta, text, refusal, arguments: json, input } = event;
  const said = delta ?? text ?? refusal ?? json ?? input;
  const kind = (item as { type?: string } | undefined)?.type;
  return [type.replace("response.", ""), output_index, kind, said]
    .filter((part) => part !== undefined)
    .join(" ");
}

const opened = (index: number) => [
  `output_item.added ${index} message`,
  `content_part.added ${index}`,
];
const closed = (index: number, said: string, part = "output_text") => [
  `${part}.done ${index} ${said}`,
  `content_part.done ${index}`,
  `output_item.done ${index} message`,
];
const call = (index: number) => `output_item.added ${index} function_call`;
const piece = (index: number, json: string) => `function_call_arguments.delta ${index} ${json}`;
const called = (index: number, json: string) => [
  `function_call_arguments.done ${index} ${json}`,
  `output_item.done ${index} function_call`,
];

/** Deltas, the events between `in_progress` and the last, and the message that says the same. */
const STREAMS: [string, ChatDelta[], string[], ChatDelta][] = [
  [
    "text",
    [{ content: "Hel" }, { content: "" }, { content: "lo" }],
    [...opened(0), "output_text.delta 0 Hel", "output_text.delta 0 lo", ...closed(0, "Hello")],
    { content: "Hello" },
  ],
  ["nothing", [], [...opened(0), ...closed(0, "")], { content: "" }],
  [
    "a thought, then text",
    [{ reasoning: "h" }, { reasoning: "m", content: "" }, { reasoning: "", content: "a" }],
    [
      "output_item.added 0 reasoning",
      "reasoning_summary_part.added 0",
      "reasoning_summary_text.delta 0 h",
      "reasoning_summary_text.delta 0 m",
      "reasoning_summary_text.done 0 hm",
      "reasoning_summary_part.done 0",
      "output_item.done 0 reasoning",
      ...opened(1),
      "output_text.delta 1 a",
      ...closed(1, "a"),
    ],
    { reasoning: "hm", content: "a" },
  ],
  [
    "a refusal",
    [{ refusal: "I " }, { refusal: "cannot" }],
    [
      ...opened(0),
      "refusal.delta 0 I ",
      "refusal.delta 0 cannot",
      ...closed(0, "I cannot", "refusal"),
    ],
    { refusal: "I cannot" },
  ],
  [
    "one call",
    [fn(0, "c1", "f"), args(0, '{"a"'), args(0, ":1}")],
    [call(0), piece(0, '{"a"'), piece(0, ":1}"), ...called(0, '{"a":1}')],
    { tool_calls: [{ id: "c1", function: { name: "f", arguments: '{"a":1}' } }] },
  ],
  [
    "text, then two calls whose pieces are interleaved",
    [{ content: "see" }, fn(0, "c1", "f"), fn(1, "c2", "g", "{"), args(0, "{}"), args(1, "}")],
    [
      ...opened(0),
      "output_text.delta 0 see",
      ...closed(0, "see"),
      call(1),
      call(2),
      piece(2, "{"),
      piece(1, "{}"),
      piece(2, "}"),
      ...called(1, "{}"),
      ...called(2, "{}"),
    ],
    {
      content: "see",
      tool_calls: [
        { id: "c1", function: { name: "f", arguments: "{}" } },
        { id: "c2", function: { name: "g", arguments: "{}" } },
      ],
    },
  ],
  [
    "two whole calls under one index",
    [fn(0, "c1", "f", "{}"), fn(0, "c2", "g", "{}")],
    [call(0), piece(0, "{}"), call(1), piece(1, "{}"), ...called(0, "{}"), ...called(1, "{}")],
    {
      tool_calls: [
        { id: "c1", function: { name: "f", arguments: "{}" } },
        { id: "c2", function: { name: "g", arguments: "{}" } },
      ],
    },
  ],
  [
    "a custom tool",
    [
      { tool_calls: [{ index: 0, id: "c1", type: "custom", custom: { name: "p", input: "" } }] },
      { tool_calls: [{ index: 0, custom: { input: "x" } }] },
    ],
    [
      "output_item.added 0 custom_tool_call",
      "custom_tool_call_input.delta 0 x",
      "custom_tool_call_input.done 0 x",
      "output_item.done 0 custom_tool_call",
    ],
    { tool_calls: [{ id: "c1", type: "custom", custom: { name: "p", input: "x" } }] },
  ],
];

describe.each(STREAMS)("%s", (_, deltas, middle, message) => {
  test.each([
    ["stop", "completed"],
    ["length", "incomplete"],
    ["content_filter", "incomplete"],
  ])("ended by %s", async (reason, status) => {
    const events = await eventsOf(PARAMS, stream(chunked(deltas, reason)));
    // An answer that was cut short before it began has no message.
    const said = status === "incomplete" && deltas.length === 0 ? [] : middle;
    expect(events.map(short)).toEqual(["created", "in_progress", ...said, status]);
    expect(final(events)).toEqual({ ...fromChat(PARAMS, completion(message, reason), CONTEXT) });
  });
});

test("text after a call is a message of its own", async () => {
  const deltas = [{ content: "a" }, fn(0, "c1", "f", "{"), { content: "b" }, args(0, "}")];
  const events = await eventsOf(PARAMS, stream(chunked(deltas)));
  expect(events.map(short).slice(2, -1)).toEqual([
    ...opened(0),
    "output_text.delta 0 a",
    ...closed(0, "a"),
    call(1),
    piece(1, "{"),
    ...opened(2),
    "output_text.delta 2 b",
    piece(1, "}"),
    ...called(1, "{}"),
    ...closed(2, "b"),
  ]);
});

test("each event as it is written", async () => {
  const frames = await Array.fromAsync(
    responseEvents(PARAMS, stream(chunked([{ content: "a" }])), CONTEXT),
  );
  expect(frames.slice(2, -1)).toEqual([
    'event: response.output_item.added\ndata: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_1_0","type":"message","status":"in_progress","role":"assistant","content":[]}}\n\n',
    'event: response.content_part.added\ndata: {"type":"response.content_part.added","sequence_number":3,"item_id":"msg_1_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}\n\n',
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1_0","output_index":0,"content_index":0,"delta":"a","logprobs":[]}\n\n',
    'event: response.output_text.done\ndata: {"type":"response.output_text.done","sequence_number":5,"item_id":"msg_1_0","output_index":0,"content_index":0,"text":"a","logprobs":[]}\n\n',
    'event: response.content_part.done\ndata: {"type":"response.content_part.done","sequence_number":6,"item_id":"msg_1_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"a","annotations":[],"logprobs":[]}}\n\n',
    'event: response.output_item.done\ndata: {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"id":"msg_1_0","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]}]}}\n\n',
  ]);
});

test("the first events ask for no chunk, and a client that leaves ends the upstream", async () => {
  let asked = 0;
  let left = false;
  async function* chunks() {
    try {
      for (;;) {
        asked += 1;
        yield* chunked([{ content: "a" }]);
      }
    } finally {
      left = true;
    }
  }
  const events = responseEvents(PARAMS, chunks(), CONTEXT);
  await events.next();
  await events.next();
  expect(asked).toBe(0);
  await events.next();
  await events.return();
  expect({ asked, left }).toEqual({ asked: 1, left: true });
});

const overloaded = new ApiError(429, "Too many.", "rate_limit_error", {
  code: "rate_limit_exceeded",
});
const begun = chunked([{ content: "Hel" }, fn(0, "c1", "f", "{")]).slice(0, 3);

/** How a stream breaks after some text and half a call, and what the client is told. */
const FAILURES: [string, () => ReturnType<typeof stream>, Record<string, unknown>][] = [
  [
    "a thrown ApiError",
    () => stream(begun, overloaded),
    { code: "rate_limit_exceeded", message: "Too many.", type: "rate_limit_error", param: null },
  ],
  [
    "anything else thrown, whose words stay inside",
    () => stream(begun, new Error("ECONNRESET 10.0.0.7")),
    { code: "server_error", message: "The model's answer was interrupted." },
  ],
  [
    "an error in a chunk",
    () => stream([...begun, { error: { message: "Provider is down", code: 502 } }, ...begun]),
    { code: "server_error", message: "Provider is down" },
  ],
  [
    "an error beside a choice",
    () =>
      stream([
        ...begun,
        { error: { message: "flagged", code: 403 }, choices: [{ finish_reason: "error" }] },
      ]),
    { code: "invalid_prompt", message: "flagged" },
  ],
  [
    "a choice that ended in an error",
    () => stream([...begun, { choices: [{ delta: { content: "lo" }, finish_reason: "error" }] }]),
    { code: "server_error", message: "The model failed." },
  ],
  [
    "an end without a reason",
    () => stream(begun),
    { code: "server_error", message: "The model's answer was cut short." },
  ],
];

test.each(FAILURES)("failure: %s", async (_, chunks, error) => {
  const events = await eventsOf(PARAMS, chunks() as never);
  expect(events.at(-1)!.type).toBe("response.failed");
  const response = final(events);
  expect(response).toMatchObject({ id: "resp_1", status: "failed", error });
  // What was said stays, and what was half done says so.
  const [message, half] = response["output"] as Record<string, unknown>[];
  expect(message).toMatchObject({ type: "message", status: "completed" });
  expect(half).toMatchObject({ type: "function_call", status: "incomplete", arguments: "{" });
  expect(events.filter(({ type }) => type === "response.failed")).toHaveLength(1);
});

test("a failure before the first chunk, told by the caller's own words", async () => {
  const thrown = new Error("secret");
  const seen: unknown[] = [];
  const events = await eventsOf(PARAMS, stream([], thrown), {
    ...CONTEXT,
    failure: (cause) => {
      seen.push(cause);
      return new ApiError(402, "No balance.", "insufficient_quota", { code: "insufficient_quota" });
    },
  });
  expect(events.map(short)).toEqual(["created", "in_progress", "failed"]);
  expect(final(events)).toMatchObject({
    output: [],
    error: { code: "server_error", message: "No balance.", type: "insufficient_quota" },
  });
  expect(seen).toEqual([thrown]);
});

test("the model's name and its tier come from the chunks where the client named none", async () => {
  const chunks = chunked([{ content: "a" }]).map((chunk) => ({ ...chunk, service_tier: "flex" }));
  const events = await eventsOf({ input: "hi" }, stream(chunks));
  expect(final(events)).toMatchObject({ model: "openai/gpt-4o-mini", service_tier: "flex" });
  expect(final(events)["usage"]).toMatchObject({ total_tokens: USAGE.total_tokens });
});
