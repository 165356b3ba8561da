/** What a language model is asked, for everything a Responses client may ask. */
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/openai/error.ts";
import type { ResponseCreateParams } from "../../../src/openai/responses/params.ts";
import { toChat } from "../../../src/openai/responses/request.ts";

const PNG = "data:image/png;base64,AAAA";
const hi = { role: "user", content: "hi" };
const message = (role: string, content: unknown) => ({ type: "message", role, content });
const called = (call_id: string, name: string, args = "{}") => ({
  type: "function_call",
  id: `fc_${call_id}`,
  status: "completed",
  call_id,
  name,
  arguments: args,
});
const call = (id: string, name: string, args = "{}") => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const output = (call_id: string, result: unknown) => ({
  type: "function_call_output",
  call_id,
  output: result,
});

/** Items, and the messages they become. */
const CONVERSATIONS: [string, unknown, unknown[]][] = [
  ["a text", "hi", [hi]],
  ["an easy message", [{ role: "user", content: "hi" }], [hi]],
  ["one plain part", [message("user", [{ type: "input_text", text: "hi" }])], [hi]],
  [
    "a picture and a text",
    [
      message("user", [
        { type: "input_text", text: "what?" },
        { type: "input_image", image_url: PNG, detail: "low", file_id: null },
        { type: "input_image", image_url: "https://a/b.png", detail: null },
      ]),
    ],
    [
      {
        role: "user",
        content: [
          { type: "text", text: "what?" },
          { type: "image_url", image_url: { url: PNG, detail: "low" } },
          { type: "image_url", image_url: { url: "https://a/b.png" } },
        ],
      },
    ],
  ],
  [
    "files and sound",
    [
      message("user", [
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA" },
        { type: "input_file", file_url: "https://a/b.pdf", file_data: null, detail: "high" },
        { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
      ]),
    ],
    [
      {
        role: "user",
        content: [
          {
            type: "file",
            file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA" },
          },
          { type: "file", file: { file_data: "https://a/b.pdf" } },
          { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
        ],
      },
    ],
  ],
  [
    "a part with a mark for the cache stays a part",
    [
      message("system", [
        { type: "input_text", text: "rules", cache_control: { type: "ephemeral" } },
      ]),
    ],
    [
      {
        role: "system",
        content: [{ type: "text", text: "rules", cache_control: { type: "ephemeral" } }],
      },
    ],
  ],
  [
    "a developer is the system",
    [message("developer", "rules"), { role: "user", content: "hi", type: null }],
    [{ role: "system", content: "rules" }, hi],
  ],
  [
    "what the assistant said",
    [
      hi,
      {
        ...message("assistant", [
          { type: "output_text", text: "a", annotations: [], logprobs: [] },
          { type: "output_text", text: "b", annotations: [] },
        ]),
        id: "msg_1",
        status: "completed",
      },
      message("assistant", [{ type: "refusal", refusal: "no" }]),
      { role: "assistant", content: "easy" },
    ],
    [
      hi,
      { role: "assistant", content: "ab" },
      { role: "assistant", content: null, refusal: "no" },
      { role: "assistant", content: "easy" },
    ],
  ],
  [
    "calls in a row, with the words before them and the thought between, are one message",
    [
      hi,
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }] },
      message("assistant", "let me see"),
      called("c1", "weather", '{"city":"Oslo"}'),
      { type: "reasoning", id: "rs_2", summary: [] },
      called("c2", "time"),
      output("c1", "rain"),
      output("c2", [{ type: "input_text", text: "noon" }]),
      called("c3", "time"),
      output("c3", [
        { type: "input_text", text: "seen" },
        { type: "input_image", image_url: PNG },
      ]),
    ],
    [
      hi,
      {
        role: "assistant",
        content: "let me see",
        tool_calls: [call("c1", "weather", '{"city":"Oslo"}'), call("c2", "time")],
      },
      { role: "tool", tool_call_id: "c1", content: "rain" },
      { role: "tool", tool_call_id: "c2", content: "noon" },
      { role: "assistant", content: null, tool_calls: [call("c3", "time")] },
      {
        role: "tool",
        tool_call_id: "c3",
        content: [
          { type: "text", text: "seen" },
          { type: "image_url", image_url: { url: PNG } },
        ],
      },
    ],
  ],
  [
    "words after calls join them, so that the answers still follow",
    [hi, called("c1", "time"), message("assistant", "wait"), output("c1", "noon")],
    [
      hi,
      { role: "assistant", content: "wait", tool_calls: [call("c1", "time")] },
      { role: "tool", tool_call_id: "c1", content: "noon" },
    ],
  ],
  [
    "custom tools",
    [
      hi,
      { type: "custom_tool_call", call_id: "c1", name: "patch", input: "*** Begin" },
      { type: "custom_tool_call_output", call_id: "c1", output: "done" },
    ],
    [
      hi,
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "custom", custom: { name: "patch", input: "*** Begin" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "done" },
    ],
  ],
];

test.each(CONVERSATIONS)("conversation: %s", (_, input, messages) => {
  expect(toChat({ input } as ResponseCreateParams)).toEqual({ messages } as never);
});

const SCHEMA = { type: "object", properties: { a: { enum: ["x", null] } } };

/** Parameters, and what they become beside the messages. */
const PARAMETERS: [string, Record<string, unknown>, Record<string, unknown>][] = [
  [
    "null is absent",
    {
      ...{ instructions: null, stream: null, tools: null, tool_choice: null, text: null },
      ...{ max_output_tokens: null, temperature: null, reasoning: null, metadata: null },
      ...{ previous_response_id: null, conversation: null, prompt: null, background: null },
      ...{ include: null, top_logprobs: null, seed: null },
    },
    {},
  ],
  [
    "what both know passes",
    {
      ...{ model: "m", temperature: 0, top_p: 0.5, user: "u", metadata: { a: "b" }, seed: 0 },
      ...{ stop: ["x"], provider: { sort: "price" }, service_tier: "flex", prompt_cache_key: "k" },
    },
    {
      ...{ model: "m", temperature: 0, top_p: 0.5, user: "u", metadata: { a: "b" }, seed: 0 },
      ...{ stop: ["x"], provider: { sort: "price" }, service_tier: "flex", prompt_cache_key: "k" },
    },
  ],
  [
    "what only Responses know stays",
    {
      ...{ store: true, truncation: "auto", include: ["reasoning.encrypted_content"] },
      ...{ max_tool_calls: 3, background: false, stream_options: { include_obfuscation: false } },
      ...{ n: 4, messages: [{ role: "user", content: "instead" }] },
    },
    {},
  ],
  [
    "streams count tokens",
    { stream: true, stream_options: { include_obfuscation: true } },
    { stream: true, stream_options: { include_usage: true } },
  ],
  ["no stream", { stream: false }, {}],
  ["length", { max_output_tokens: 5 }, { max_tokens: 5 }],
  [
    "effort",
    { reasoning: { effort: "low", summary: "auto", context: null } },
    { reasoning_effort: "low" },
  ],
  ["a summary alone", { reasoning: { summary: "auto" } }, {}],
  [
    "OpenRouter's reasoning",
    { reasoning: { effort: null, max_tokens: 900, summary: "auto" } },
    { reasoning: { max_tokens: 900 } },
  ],
  ["plain text", { text: { format: { type: "text" }, verbosity: "low" } }, { verbosity: "low" }],
  [
    "any JSON",
    { text: { format: { type: "json_object" }, verbosity: null } },
    { response_format: { type: "json_object" } },
  ],
  [
    "JSON by a schema",
    { text: { format: { type: "json_schema", name: "n", schema: SCHEMA, strict: true } } },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", schema: SCHEMA, strict: true },
      },
    },
  ],
  ["logprobs", { top_logprobs: 2 }, { logprobs: true, top_logprobs: 2 }],
  ["logprobs by name", { include: ["message.output_text.logprobs"] }, { logprobs: true }],
  ["no tools, no choice", { tools: [], tool_choice: "auto", parallel_tool_calls: true }, {}],
  [
    "tools",
    {
      tools: [
        { type: "function", name: "f", description: null, parameters: SCHEMA, strict: false },
        { type: "function", name: "g", parameters: null, strict: null },
        { type: "custom", name: "c", description: "d", format: { type: "text" } },
        {
          type: "custom",
          name: "p",
          format: { type: "grammar", syntax: "lark", definition: "start: x" },
        },
      ],
      tool_choice: "required",
      parallel_tool_calls: false,
    },
    {
      tools: [
        { type: "function", function: { name: "f", parameters: SCHEMA, strict: false } },
        { type: "function", function: { name: "g" } },
        { type: "custom", custom: { name: "c", description: "d", format: { type: "text" } } },
        {
          type: "custom",
          custom: {
            name: "p",
            format: { type: "grammar", grammar: { syntax: "lark", definition: "start: x" } },
          },
        },
      ],
      tool_choice: "required",
      parallel_tool_calls: false,
    },
  ],
  ...[
    [
      { type: "function", name: "f" },
      { type: "function", function: { name: "f" } },
    ],
    [
      { type: "custom", name: "f" },
      { type: "custom", custom: { name: "f" } },
    ],
    ["none", "none"],
  ].map(([tool_choice, chosen]): [string, Record<string, unknown>, Record<string, unknown>] => [
    `choice ${JSON.stringify(tool_choice)}`,
    { tools: [{ type: "function", name: "f" }], tool_choice },
    { tools: [{ type: "function", function: { name: "f" } }], tool_choice: chosen },
  ]),
  [
    "allowed tools are those that are offered",
    {
      tools: [
        { type: "function", name: "f" },
        { type: "function", name: "g" },
      ],
      tool_choice: {
        type: "allowed_tools",
        mode: "auto",
        tools: [{ type: "function", name: "g" }],
      },
    },
    { tools: [{ type: "function", function: { name: "g" } }], tool_choice: "auto" },
  ],
];

test.each(PARAMETERS)("parameters: %s", (_, params, chat) => {
  expect(toChat({ input: "hi", ...params })).toEqual({ messages: [hi], ...chat } as never);
});

test("instructions go first", () => {
  const { messages } = toChat({ instructions: "be brief", input: [message("system", "b"), hi] });
  expect(messages).toEqual([
    { role: "system", content: "be brief" },
    { role: "system", content: "b" },
    hi,
  ] as never);
});

const said = (...content: unknown[]) => ({ input: [message("user", content)] });

/** What is refused, the parameter that is named, and words that must be in the message. */
const REFUSED: [Record<string, unknown>, string, string][] = [
  [{}, "input", "Missing required parameter: 'input'."],
  [{ input: 5 }, "input", "a text or a list"],
  [{ input: [] }, "input", "at least one"],
  [{ input: ["hi"] }, "input[0]", "an object"],
  [{ input: "hi", previous_response_id: "resp_0" }, "previous_response_id", "nothing is stored"],
  [{ input: "hi", conversation: "conv_0" }, "conversation", "nothing is stored"],
  [{ input: "hi", prompt: { id: "pmpt_0" } }, "prompt", "nothing is stored"],
  [{ input: "hi", background: true }, "background", "nothing is stored"],
  [{ input: [hi, { type: "item_reference", id: "msg_0" }] }, "input[1]", "nothing is stored"],
  [{ input: [{ id: "msg_0" }] }, "input[0]", "store: false"],
  [{ input: [{ type: "web_search_call", id: "ws_0" }] }, "input[0].type", "web_search_call"],
  [{ input: [{ type: "constructor" }] }, "input[0].type", "constructor"],
  [{ input: [message("tool", "x")] }, "input[0].role", "user, assistant, system or developer"],
  [{ input: [{ type: "message", content: "x" }] }, "input[0].role", "Missing"],
  [{ input: [message("user", null)] }, "input[0].content", "Missing"],
  [{ input: [output("", null)] }, "input[0].output", "Missing"],
  [{ input: [{ type: "function_call_output", output: "x" }] }, "input[0].call_id", "Missing"],
  [{ input: [{ ...called("c", "f"), arguments: {} }] }, "input[0].arguments", "a text"],
  [said({ type: "input_video" }), "input[0].content[0].type", "input_video"],
  [said({ type: "input_text" }), "input[0].content[0].text", "Missing"],
  [
    said({ type: "input_text", text: "a" }, { type: "input_image", file_id: "file_0" }),
    "input[0].content[1].file_id",
    "send 'image_url'",
  ],
  [said({ type: "input_file" }), "input[0].content[0].file_data", "Missing"],
  [
    { input: [message("assistant", [{ type: "input_image", image_url: PNG }])] },
    "input[0].content[0].type",
    "input_image",
  ],
  ...["web_search", "file_search", "mcp", "image_generation", "namespace"].map(
    (type): [Record<string, unknown>, string, string] => [
      { input: "hi", tools: [{ type: "function", name: "f" }, { type }] },
      "tools[1].type",
      type,
    ],
  ),
  [{ input: "hi", tools: [{ type: "function" }] }, "tools[0].name", "Missing"],
  [
    { input: "hi", tools: [{ type: "function", name: "f" }], tool_choice: { type: "mcp" } },
    "tool_choice.type",
    "mcp",
  ],
  [
    { input: "hi", tools: [{ type: "function", name: "f" }], tool_choice: "any" },
    "tool_choice",
    "auto",
  ],
  [
    {
      input: "hi",
      tools: [{ type: "function", name: "f" }],
      tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ name: "x" }] },
    },
    "tool_choice.tools",
    "in 'tools'",
  ],
  [{ input: "hi", text: { format: { type: "grammar" } } }, "text.format.type", "grammar"],
];

describe("refused", () => {
  test.each(REFUSED)("%j", (params, param, words) => {
    try {
      toChat(params as ResponseCreateParams);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status: 400, type: "invalid_request_error", param });
      expect((error as ApiError).message).toContain(words);
    }
  });
});

test("a reference is resolved by who remembers, and a thought's needs nobody", () => {
  const items = new Map<string, unknown>([
    ["msg_1", message("assistant", [{ type: "output_text", text: "hello", annotations: [] }])],
    ["loop", { type: "item_reference", id: "msg_1" }],
  ]);
  const refer = (id: string) => ({ type: "item_reference", id });
  const input = [hi, refer("rs_1"), refer("msg_1"), { role: "user", content: "again" }];
  expect(toChat({ input }, (id) => items.get(id)).messages).toEqual([
    hi,
    { role: "assistant", content: "hello" },
    { role: "user", content: "again" },
  ] as never);
  expect(() => toChat({ input: [refer("loop")] }, (id) => items.get(id))).toThrow("msg_1");
});
