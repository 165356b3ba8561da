/** Conversations with OpenAI's own SDKs against the release executable. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI7 from "openai";
import { zodResponseFormat as format7 } from "openai/helpers/zod";
import OpenAI6 from "openai-6";
import { zodResponseFormat as format6 } from "openai-6/helpers/zod";
import { z } from "zod";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { record } from "../support/recording.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary();
});
afterAll(() => gateway.stop());

const MODEL = "openai/gpt-4o-mini";
const user = (content: string) => [{ role: "user" as const, content }];

const weather = {
  type: "function" as const,
  function: {
    name: "weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
    strict: true,
  },
};

const Place = z.object({ city: z.string(), people: z.number(), tags: z.array(z.string()) });

// The generations' types differ, their calls do not.
describe.each([
  ["openai 7", OpenAI7, format7],
  ["openai 6", OpenAI6 as unknown as typeof OpenAI7, format6 as unknown as typeof format7],
] as const)("%s", (_, OpenAI, zodResponseFormat) => {
  const recording = record();
  const client = (options: object = {}) =>
    new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: CLIENT_KEY,
      maxRetries: 0,
      fetch: recording.fetch,
      ...options,
    });

  test("a plain answer", async () => {
    const answer = await client().chat.completions.create({
      model: "gpt-4o",
      messages: [{ role: "developer", content: "Be short" }, ...user("Hello")],
    });
    const [choice] = answer.choices;
    expect(choice!.message).toEqual({
      role: "assistant",
      content: "You said: Hello\nI was told: Be short\nI received 2 messages.",
      refusal: null,
    });
    expect(choice).toMatchObject({ index: 0, finish_reason: "stop", logprobs: null });
    expect(answer).toMatchObject({ object: "chat.completion", model: "gpt-4o" });
    expect(answer.usage!.total_tokens).toBeGreaterThan(0);
    expect((answer.usage as unknown as { cost: number }).cost).toBeGreaterThan(0);
    expect(answer._request_id).toMatch(/^req_/);
  });

  test("raw chunks", async () => {
    const stream = await client().chat.completions.create({
      model: MODEL,
      messages: user("Hello"),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks[0]!.choices[0]!.delta).toEqual({ role: "assistant", content: "", refusal: null });
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(text).toBe("You said: Hello\nI received 1 message.");
    const [finish, usage] = chunks.slice(-2);
    expect(finish!.choices[0]).toMatchObject({ delta: {}, finish_reason: "stop" });
    expect(usage).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test("the stream helper", async () => {
    const helper = client().chat.completions.stream({ model: MODEL, messages: user("Hello") });
    let said = "";
    helper.on("content", (delta) => (said += delta));
    const answer = await helper.finalChatCompletion();
    expect(said).toBe("You said: Hello\nI received 1 message.");
    expect(answer.choices[0]!.message.content).toBe(said);
    expect(answer.choices[0]!.finish_reason).toBe("stop");
  });

  test("reasoning, beside the words", async () => {
    const stream = await client().chat.completions.create({
      model: "deepseek-r1",
      messages: user("Hello [sandbox reasoning]"),
      stream: true,
    });
    const thought = { reasoning: "", reasoning_content: "" };
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta as Partial<typeof thought>;
      thought.reasoning += delta.reasoning ?? "";
      thought.reasoning_content += delta.reasoning_content ?? "";
    }
    expect(thought.reasoning).toBe("The user wants: Hello. I will say so.");
    expect(thought.reasoning_content).toBe(thought.reasoning);
  });

  test("a forced tool, plain and streamed", async () => {
    const request = {
      model: MODEL,
      messages: user("How is it outside?"),
      tools: [weather],
      tool_choice: { type: "function" as const, function: { name: "weather" } },
    };
    const answer = await client().chat.completions.create(request);
    const [call] = answer.choices[0]!.message.tool_calls!;
    expect(call).toMatchObject({ type: "function", function: { name: "weather" } });
    expect(answer.choices[0]!.finish_reason).toBe("tool_calls");
    const helper = client().chat.completions.stream(request);
    const streamed = await helper.finalChatCompletion();
    const made = streamed.choices[0]!.message.tool_calls![0] as unknown as {
      function: { name: string; arguments: string };
    };
    expect(made.function.name).toBe("weather");
    expect(JSON.parse(made.function.arguments)).toEqual({ city: expect.any(String) });
  });

  test.each([false, true])("tools that run, streamed: %p", async (stream) => {
    const asked: unknown[] = [];
    const runner = client().chat.completions.runTools({
      model: MODEL,
      stream,
      messages: user("Tell me the weather"),
      tools: [
        {
          type: "function",
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: (args: unknown) => {
              asked.push(args);
              return "rain";
            },
          },
        },
      ],
    } as never) as unknown as { finalContent(): Promise<string> };
    const content = await runner.finalContent();
    expect(asked).toEqual([{ city: expect.any(String) }]);
    expect(content).toContain("The tool said: rain");
  });

  test("parse, with a zod schema", async () => {
    const answer = await client().chat.completions.parse({
      model: MODEL,
      messages: user("A place"),
      response_format: zodResponseFormat(Place, "place"),
    });
    expect(Place.safeParse(answer.choices[0]!.message.parsed).success).toBe(true);
  });

  test("parse, streamed, with a JSON schema", async () => {
    const helper = client().chat.completions.stream({
      model: MODEL,
      messages: user("A place"),
      response_format: {
        type: "json_schema",
        json_schema: { name: "place", strict: true, schema: z.toJSONSchema(Place) },
      },
    });
    const answer = await helper.finalChatCompletion();
    const { parsed, content } = answer.choices[0]!.message;
    expect(Place.safeParse(parsed ?? JSON.parse(content!)).success).toBe(true);
  });

  test("an answer that was cut at a length says so", async () => {
    const parsing = client().chat.completions.parse({
      model: MODEL,
      messages: user("A place [sandbox finish=length]"),
      response_format: zodResponseFormat(Place, "place"),
    });
    expect(await parsing.catch((error: Error) => error.constructor.name)).toBe(
      "LengthFinishReasonError",
    );
  });

  test("a picture, by talking", async () => {
    const answer = await client().chat.completions.create({
      model: "imagen4-preview",
      messages: user("a lighthouse, size:16:9"),
    });
    expect(answer.choices[0]!.message.content).toMatch(
      /^Generated image with prompt: "a lighthouse" and aspect ratio: 16:9 using imagen4-preview\n\n!\[Generated Image\]\(http\S+\)$/,
    );
    const helper = client().chat.completions.stream({
      model: "flux-dev",
      messages: user("a lighthouse [sandbox run=50ms logs=3]"),
      stream_options: { include_usage: true },
    });
    expect(await helper.finalContent()).toMatch(/!\[Generated Image\]\(http\S+\)$/);
  });

  test("models of every name of the contract answer", async () => {
    const names = (await Array.fromAsync(await client().models.list())).map(({ id }) => id);
    const chat = names.filter((id) =>
      /^(anthropic|google|moonshotai|meta-llama|openai|deepseek)\//.test(id),
    );
    expect(chat.length).toBe(21);
    const answers = chat.map((model) =>
      client().chat.completions.create({ model, messages: user("Hello") }),
    );
    expect((await Promise.all(answers)).map(({ model }) => model)).toEqual(chat);
  });

  describe("throws", () => {
    const failing = (content: string, more: object = {}, options: object = {}) =>
      client(options)
        .chat.completions.create({ model: MODEL, messages: user(content), ...more })
        .then(
          () => "answered" as const,
          (error: InstanceType<typeof OpenAI.APIError>) => error,
        );

    test.each([
      ["BadRequestError", 400, "invalid_value", "[sandbox status=400]", {}],
      ["APIError", 402, "insufficient_quota", "[sandbox status=402]", {}],
      ["BadRequestError", 400, "content_policy_violation", "[sandbox status=403]", {}],
      ["NotFoundError", 404, "model_not_found", "hi", { model: "no-such-model" }],
      ["NotFoundError", 404, "model_not_found", "hi", { model: "unknown/model" }],
      ["InternalServerError", 502, "upstream_error", "[sandbox status=500]", {}],
      ["InternalServerError", 502, "upstream_error", "[sandbox 200-error]", {}],
      ["BadRequestError", 400, "invalid_value", "hi", { messages: [] }],
      ["BadRequestError", 400, "invalid_value", "hi", { stream: "yes" }],
    ] as const)("%s for %i %s: %s %j", async (name, status, code, content, more) => {
      const error = await failing(content, more);
      if (error === "answered") throw new Error("it was answered");
      expect(error.constructor).toBe(OpenAI[name]);
      expect(error).toMatchObject({ status, code });
      expect(error.requestID).toMatch(/^req_/);
    });

    test("AuthenticationError", async () => {
      const error = await failing("hi", {}, { apiKey: "sk-wrong" });
      expect(error).toMatchObject({
        status: 401,
        code: "invalid_api_key",
        message: "401 Invalid API key",
      });
    });

    test.each(["error-frame", "garbage", "cut=900"])("amid a stream: %s", async (marker) => {
      const stream = await client().chat.completions.create({
        model: MODEL,
        messages: user(`Hello there [sandbox ${marker} delay=10ms]`),
        stream: true,
      });
      const failure = await Array.fromAsync(stream).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenAI.APIError);
      expect(failure).toMatchObject({ code: "upstream_error", type: "upstream_error" });
    });
  });

  test("leaves when it is told to", async () => {
    const stream = await client().chat.completions.create({
      model: MODEL,
      messages: user("[sandbox tokens=1000 delay=5ms]"),
      stream: true,
    });
    let seen = 0;
    for await (const _ of stream) if (++seen === 5) stream.controller.abort();
    expect(seen).toBeLessThan(20);
  });

  test("every frame of all this is what OpenAI's types say", async () => {
    const { seen, complaints } = await recording.judge();
    expect(complaints).toEqual([]);
    expect(seen).toBeGreaterThan(100);
  });
});

test("after all of it the process lives, and nothing but its log was written", async () => {
  expect((await gateway.fetch("/healthz")).status).toBe(200);
  const lines = gateway.output().trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
});
