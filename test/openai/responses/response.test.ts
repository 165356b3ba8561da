/** What a client gets for a whole chat completion. */
import { expect, test } from "bun:test";
import type { ChatCompletion } from "../../../src/openai/chat/answer.ts";
import { fromChat } from "../../../src/openai/responses/response.ts";
import { completion, CONTEXT, USAGE } from "./support.ts";

const usage = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 18,
};

const part = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });
const message = (index: number, content: unknown[], status = "completed") => ({
  id: `msg_1_${index}`,
  type: "message",
  status,
  role: "assistant",
  content,
});

test("every field that OpenAI requires", () => {
  expect(
    fromChat({ model: "gpt-4o-mini", input: "hi" }, completion({ content: "Hello" }), CONTEXT),
  ).toEqual({
    id: "resp_1",
    object: "response",
    created_at: 1_800_000_000,
    status: "completed",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: "gpt-4o-mini",
    output: [message(0, [part("Hello")])],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: null,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: null,
    truncation: "disabled",
    usage,
    metadata: {},
    access_programs: null,
  } as never);
});

test("what was asked is echoed", () => {
  const asked = {
    instructions: "be brief",
    max_output_tokens: 9,
    temperature: 0,
    top_p: 0.1,
    parallel_tool_calls: false,
    tool_choice: { type: "function", name: "f" },
    truncation: "auto",
    user: "u",
    metadata: { a: "b" },
  };
  const answer = fromChat(
    {
      ...asked,
      store: true,
      text: { format: { type: "json_object" }, verbosity: "low" },
      reasoning: { effort: "high" },
      tools: [{ type: "function", name: "f" }],
    },
    completion({ content: "{}" }, "stop", { service_tier: "default" }),
    CONTEXT,
  );
  expect(answer).toMatchObject({
    ...asked,
    model: "openai/gpt-4o-mini",
    store: false,
    service_tier: "default",
    text: { format: { type: "json_object" }, verbosity: "low" },
    reasoning: { effort: "high", summary: null },
    tools: [{ type: "function", name: "f", parameters: null, strict: null }],
  } as never);
});

const fc = (index: number, call_id: string, name: string, json: string, status = "completed") => ({
  id: `fc_1_${index}`,
  type: "function_call",
  status,
  call_id,
  name,
  arguments: json,
});
const call = (id: string, name: string, json: string) => ({
  id,
  type: "function",
  function: { name, arguments: json },
});

/** A completion, and the output, status and details of its response. */
const ANSWERS: [string, ChatCompletion, unknown[], string, unknown?][] = [
  [
    "calls after a thought and a text",
    completion(
      {
        reasoning: "hm",
        content: "let me see",
        tool_calls: [call("c1", "f", '{"a":1}'), call("c2", "g", "")],
      },
      "tool_calls",
    ),
    [
      {
        id: "rs_1_0",
        type: "reasoning",
        status: "completed",
        summary: [{ type: "summary_text", text: "hm" }],
      },
      message(1, [part("let me see")]),
      fc(2, "c1", "f", '{"a":1}'),
      fc(3, "c2", "g", ""),
    ],
    "completed",
  ],
  [
    "calls alone, one without an id",
    completion({
      content: null,
      tool_calls: [call("c1", "f", "{}"), { ...call("", "f", "{}"), id: null }],
    }),
    [fc(0, "c1", "f", "{}"), fc(1, "call_1_1", "f", "{}")],
    "completed",
  ],
  [
    "a custom tool",
    completion({
      tool_calls: [{ id: "c1", type: "custom", custom: { name: "patch", input: "x" } }],
    }),
    [
      {
        id: "ctc_1_0",
        type: "custom_tool_call",
        status: "completed",
        call_id: "c1",
        name: "patch",
        input: "x",
      },
    ],
    "completed",
  ],
  [
    "both names of a thought, which is one",
    completion({ reasoning: "hm", reasoning_content: "hm", content: "a" }),
    [
      expect.objectContaining({ summary: [{ type: "summary_text", text: "hm" }] }),
      message(1, [part("a")]),
    ],
    "completed",
  ],
  [
    "a refusal",
    completion({ content: null, refusal: "I cannot" }),
    [message(0, [{ type: "refusal", refusal: "I cannot" }])],
    "completed",
  ],
  ["nothing said", completion({ content: "" }), [message(0, [part("")])], "completed"],
  [
    "a thought alone",
    completion({ reasoning: "hm" }),
    [expect.objectContaining({ type: "reasoning" }), message(1, [part("")])],
    "completed",
  ],
  [
    "cut by length",
    completion({ content: "Hel" }, "length"),
    [message(0, [part("Hel")], "incomplete")],
    "incomplete",
    { reason: "max_output_tokens" },
  ],
  [
    "cut inside the last call",
    completion(
      { content: "a", tool_calls: [call("c1", "f", "{}"), call("c2", "f", '{"a')] },
      "length",
    ),
    [message(0, [part("a")]), fc(1, "c1", "f", "{}"), fc(2, "c2", "f", '{"a', "incomplete")],
    "incomplete",
    { reason: "max_output_tokens" },
  ],
  [
    "cut before anything",
    completion({ content: null }, "length"),
    [],
    "incomplete",
    { reason: "max_output_tokens" },
  ],
  [
    "cut by a filter",
    completion({ content: "Hel" }, "content_filter"),
    [message(0, [part("Hel")], "incomplete")],
    "incomplete",
    { reason: "content_filter" },
  ],
  [
    "no reason given",
    { choices: [{ message: { content: "a" } }] },
    [message(0, [part("a")])],
    "completed",
  ],
];

test.each(ANSWERS)("answer: %s", (_, given, output, status, details = null) => {
  const answer = fromChat({ model: "m", input: "hi" }, given, CONTEXT);
  expect({ ...answer } as unknown).toMatchObject({
    status,
    incomplete_details: details,
    error: null,
  });
  expect(answer.output as unknown[]).toEqual(output);
});

test("tokens and their details; the cost goes along", () => {
  const given = completion({ content: "a" }, "stop", {
    usage: {
      ...USAGE,
      prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 4 },
      cost: 0.0005,
    },
  });
  expect(fromChat({}, given, CONTEXT).usage).toEqual({
    ...usage,
    input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
    output_tokens_details: { reasoning_tokens: 4 },
    cost: 0.0005,
  });
  expect(
    fromChat({}, completion({ content: "a" }, "stop", { usage: null }), CONTEXT),
  ).not.toHaveProperty("usage");
});

test("logprobs", () => {
  const logprob = { token: "a", logprob: -0.1, bytes: [97], top_logprobs: [] };
  const choices = [
    { finish_reason: "stop", message: { content: "a" }, logprobs: { content: [logprob] } },
  ];
  const [item] = fromChat({}, { choices }, CONTEXT).output;
  expect(item).toMatchObject({ content: [{ text: "a", logprobs: [logprob] }] });
});

test("an error in place of an answer", () => {
  const failed = (given: ChatCompletion) => {
    const { status, error } = fromChat({}, given, CONTEXT);
    return { status, ...error };
  };
  expect(failed({ error: { message: "Provider is down", code: 502 } })).toEqual({
    status: "failed",
    code: "server_error",
    message: "Provider is down",
    type: "server_error",
    param: null,
  });
  const choices = [{ finish_reason: "error", error: { message: "slow down", code: 429 } }];
  expect(failed({ choices })).toMatchObject({ status: "failed", code: "rate_limit_exceeded" });
  expect(failed({ error: "broken" })).toMatchObject({ status: "failed", message: "broken" });
});

test("without a context, ids are unique and the time is now", () => {
  const [a, b] = [fromChat({}, completion({})), fromChat({}, completion({}))];
  expect(a.id).toMatch(/^resp_[0-9a-f]{32}$/);
  expect(a.id).not.toBe(b.id);
  expect(Number.isInteger(a.created_at)).toBe(true);
});
