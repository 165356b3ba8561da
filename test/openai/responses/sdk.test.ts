/** OpenAI's own clients, both generations, against the frames and bodies as they go out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import OpenAI6 from "openai-6";
import type { ChatDelta } from "../../../src/openai/chat/answer.ts";
import { responseEvents } from "../../../src/openai/responses/events.ts";
import type { ResponseCreateParams } from "../../../src/openai/responses/params.ts";
import { toChat } from "../../../src/openai/responses/request.ts";
import { fromChat } from "../../../src/openai/responses/response.ts";
import { args, chunked, completion, fn, stream } from "./support.ts";

interface Answer {
  message: ChatDelta;
  deltas: ChatDelta[];
  reason?: string;
  failure?: unknown;
}

const TEXT: Answer = {
  message: { content: "Hello there" },
  deltas: [{ content: "Hello" }, { content: " there" }],
};
const JSON_TEXT: Answer = {
  message: { content: '{"city":"Oslo"}' },
  deltas: [{ content: '{"city"' }, { content: ':"Oslo"}' }],
};
const TOOLS: Answer = {
  message: {
    reasoning: "hm",
    content: "let me see",
    tool_calls: [
      { id: "c1", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
      { id: "c2", function: { name: "weather", arguments: '{"city":"Rome"}' } },
    ],
  },
  deltas: [
    { reasoning: "hm" },
    { content: "let me see" },
    fn(0, "c1", "weather", '{"ci'),
    fn(1, "c2", "weather", '{"city"'),
    args(0, 'ty":"Oslo"}'),
    args(1, ':"Rome"}'),
  ],
  reason: "tool_calls",
};
const LATE: Answer = {
  message: {},
  deltas: [fn(0, "c1", "weather", "{"), { content: "and" }, args(0, "}"), { reasoning: "hm" }],
};
const CUT: Answer = { message: { content: "Hel" }, deltas: [{ content: "Hel" }], reason: "length" };
const BROKEN: Answer = { ...TEXT, failure: new Error("broken") };

const ANSWERS: Record<string, Answer> = {
  ...{ text: TEXT, json: JSON_TEXT, tools: TOOLS, late: LATE, cut: CUT, broken: BROKEN },
};

let server: Bun.Server<undefined>;

/** The model's name says which answer is given. */
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      const params = (await request.json()) as ResponseCreateParams;
      const answer = ANSWERS[params.model!]!;
      const chat = toChat(params);
      if (!chat.stream) {
        return globalThis.Response.json(
          fromChat(params, completion(answer.message, answer.reason)),
        );
      }
      const chunks = chunked(answer.deltas, answer.reason);
      const sent = answer.failure ? stream(chunks.slice(0, 2), answer.failure) : stream(chunks);
      const frames = responseEvents(params, sent);
      const body = new ReadableStream({
        async start(controller) {
          for await (const frame of frames) controller.enqueue(new TextEncoder().encode(frame));
          controller.close();
        },
      });
      return new globalThis.Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  });
});
afterAll(() => server.stop(true));

const weather = {
  type: "function" as const,
  name: "weather",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  strict: true,
};
const format = {
  type: "json_schema" as const,
  name: "place",
  schema: weather.parameters,
  strict: true,
};

// The generations' types differ, their calls do not.
const CLIENTS: [
  string,
  (options: { baseURL: string; apiKey: string; maxRetries: number }) => OpenAI,
][] = [
  ["openai 7", (options) => new OpenAI(options)],
  ["openai 6", (options) => new OpenAI6(options) as unknown as OpenAI],
];

describe.each(CLIENTS)("%s", (_, create) => {
  const client = () =>
    create({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "sk-test", maxRetries: 0 });

  test("a plain answer", async () => {
    const answer = await client().responses.create({ model: "text", input: "hi" });
    expect(answer).toMatchObject({ status: "completed", output_text: "Hello there" });
  });

  test("a plain answer with calls", async () => {
    const answer = await client().responses.create({
      model: "tools",
      input: "hi",
      tools: [weather],
    });
    expect(answer.output.map(({ type }) => type)).toEqual([
      ...["reasoning", "message", "function_call", "function_call"],
    ] as never);
  });

  test("parsed JSON and parsed calls", async () => {
    const place = await client().responses.parse({ model: "json", input: "hi", text: { format } });
    expect(place).toMatchObject({ output_text: '{"city":"Oslo"}' });
    const calls = await client().responses.parse({ model: "tools", input: "hi", tools: [weather] });
    expect(calls.output.at(-1)).toMatchObject({ parsed_arguments: { city: "Rome" } });
  });

  test("raw events", async () => {
    const events = await client().responses.create({ model: "text", input: "hi", stream: true });
    const types: string[] = [];
    for await (const event of events) types.push(event.type);
    expect(types).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
  });

  test.each(["text", "json", "tools", "late", "cut"])("the helper accepts %s", async (model) => {
    const events = client().responses.stream({
      model,
      input: "hi",
      tools: [weather],
      ...(model === "json" ? { text: { format } } : {}),
    });
    let text = "";
    events.on("response.output_text.delta", ({ delta }) => (text += delta));
    const answer = await events.finalResponse();
    expect(answer.output_text).toBe(text);
    expect(answer.status).toBe(model === "cut" ? "incomplete" : "completed");
    expect(answer.usage?.total_tokens).toBe(18);
    const calls = answer.output.filter(({ type }) => type === "function_call");
    if (model === "tools") {
      expect(calls).toMatchObject([
        { call_id: "c1", parsed_arguments: { city: "Oslo" } },
        { call_id: "c2", parsed_arguments: { city: "Rome" } },
      ] as never);
    }
  });

  test("a failure is an event, not a broken stream", async () => {
    const events = await client().responses.create({ model: "broken", input: "hi", stream: true });
    const seen = await Array.fromAsync(events);
    expect(seen.at(-1)).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "server_error" } },
    });
    const helped = await client()
      .responses.stream({ model: "broken", input: "hi" })
      .finalResponse();
    expect(helped.status).toBe("failed");
  });
});
