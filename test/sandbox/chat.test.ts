/** The OpenAI-compatible base: chat completions, responses and embeddings, as OpenRouter gives them. */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { auth, codeOf, get, type Json, post, quick } from "./support.ts";

const sandbox = quick();
const base = `${sandbox.runUrl}/openrouter/router/openai/v1`;
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const model = "openai/gpt-4o-mini";
const user = (content: unknown) => [{ role: "user", content }];

function chat(body: Json) {
  return post(`${base}/chat/completions`, { model, ...body });
}

async function stream(path: string, body: Json) {
  const response = await fetch(base + path, {
    method: "POST",
    headers: { ...auth, "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, ...body }),
  });
  const text = await response.text();
  const data = text.split("\n").filter((line) => line.startsWith("data: "));
  const chunks = data
    .map((line) => line.slice(6))
    .filter((line) => line !== "[DONE]")
    .map((line) => JSON.parse(line) as Json);
  return { response, text, chunks, done: data.at(-1) === "data: [DONE]" };
}

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, unit: { enum: ["c", "f"] } },
      required: ["city"],
    },
  },
};

describe("chat completions", () => {
  test("whole", async () => {
    const messages = [{ role: "system", content: "be brief" }, ...user("hello")];
    const { status, body, headers } = await chat({ messages });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^gen-\d+-\w+$/),
      provider: "OpenAI",
      model,
      object: "chat.completion",
      created: expect.any(Number),
      choices: [
        {
          logprobs: null,
          finish_reason: "stop",
          native_finish_reason: "stop",
          index: 0,
          message: {
            role: "assistant",
            content: "You said: hello\nI was told: be brief\nI received 2 messages.",
            refusal: null,
            reasoning: null,
          },
        },
      ],
      system_fingerprint: null,
      usage: {
        prompt_tokens: expect.any(Number),
        completion_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
        cost: expect.any(Number),
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
    expect(headers.get("x-fal-billable-units")).toBe(String(sandbox.billed[0]!.units));
    expect(sandbox.billed[0]!.cost).toBeCloseTo(body["usage"].cost, 12);
  });

  test("it counts what it received", async () => {
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
    const file = { type: "file", file: { file_data: "data:," } };
    const messages = [...user("one"), { role: "assistant", content: "two" }];
    messages.push(...user([{ type: "text", text: "three" }, picture, picture, file]));
    const { body } = await chat({ messages });
    expect(body["choices"][0].message.content).toBe(
      "You said: three\nI received 3 messages, 2 pictures, 1 attachment.",
    );
  });

  test("stream: comments, chunks, usage last, [DONE]", async () => {
    const { response, text, chunks, done } = await stream("/chat/completions", {
      messages: user("hello"),
      stream_options: { include_usage: true },
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(text).toStartWith(": OPENROUTER PROCESSING\n\n");
    expect(done).toBe(true);
    const said = chunks.map((chunk) => chunk["choices"][0]?.delta.content ?? "").join("");
    expect(said).toBe("You said: hello\nI received 1 message.");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 12 } });
    expect(chunks.at(-2)!["choices"][0].finish_reason).toBe("stop");
    expect(new Set(chunks.map((chunk) => chunk["id"])).size).toBe(1);
    const without = await stream("/chat/completions", { messages: user("hello") });
    expect(without.text).not.toContain('"usage"');
  });

  test("lengths: max_tokens, tokens=, stop, finish=", async () => {
    const short = await chat({ messages: user("hello"), max_tokens: 2 });
    expect(short.body["choices"][0]).toMatchObject({
      finish_reason: "length",
      message: { content: "You said:" },
    });
    const long = await chat({ messages: user("[sandbox tokens=50]") });
    expect(long.body["usage"].completion_tokens).toBe(50);
    const stopped = await chat({ messages: user("a, b"), stop: "," });
    expect(stopped.body["choices"][0].message.content).toBe("You said: a");
    const filtered = await chat({ messages: user("[sandbox finish=content_filter]") });
    expect(filtered.body["choices"][0].finish_reason).toBe("content_filter");
  });

  test("reasoning comes before the content", async () => {
    const { chunks } = await stream("/chat/completions", {
      messages: user("hi [sandbox reasoning]"),
    });
    const order = chunks.map((chunk) => (chunk["choices"][0].delta.reasoning ? "thought" : "word"));
    expect(order.indexOf("word")).toBe(order.lastIndexOf("thought") + 1);
    const whole = await chat({ messages: user("hi"), reasoning: { effort: "low" } });
    expect(whole.body["choices"][0].message.reasoning).toBeString();
  });

  test("only the newest turn's marker counts", async () => {
    const messages = [...user("[sandbox status=500] a"), { role: "assistant", content: "b" }];
    const { status, body } = await chat({ messages: [...messages, ...user("c")] });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain("[sandbox");
  });

  describe("tools", () => {
    const forced = { type: "function", function: { name: "get_weather" } };
    const cases = [
      ["named in the prompt", { messages: user("please get weather") }, true],
      ["forced", { messages: user("x"), tool_choice: forced }, true],
      ["required", { messages: user("x"), tool_choice: "required" }, true],
      ["marked", { messages: user("x [sandbox tool]") }, true],
      ["not asked", { messages: user("x") }, false],
      ["forbidden", { messages: user("get weather"), tool_choice: "none" }, false],
      [
        "answered already",
        {
          messages: [
            ...user("get weather"),
            { role: "assistant", tool_calls: [] },
            { role: "tool", tool_call_id: "1", content: "rain" },
          ],
        },
        false,
      ],
    ] as const;
    for (const [name, body, called] of cases) {
      test(name, async () => {
        const answer = await chat({ tools: [weather], ...body });
        const [choice] = answer.body["choices"];
        expect(choice.finish_reason).toBe(called ? "tool_calls" : "stop");
        if (!called) return expect(choice.message).not.toHaveProperty("tool_calls");
        expect(choice.message.content).toBeNull();
        const [call] = choice.message.tool_calls;
        expect(call).toMatchObject({ type: "function", function: { name: "get_weather" } });
        expect(JSON.parse(call.function.arguments)).toEqual({ city: "city", unit: "c" });
      });
    }

    test("streamed in pieces", async () => {
      const { chunks } = await stream("/chat/completions", {
        messages: user("x"),
        tools: [weather],
        tool_choice: "required",
      });
      const calls = chunks.flatMap((chunk) => chunk["choices"][0].delta.tool_calls ?? []);
      expect(calls[0]).toMatchObject({ index: 0, id: expect.stringMatching(/^call_/) });
      const text = calls.map((call) => call.function.arguments).join("");
      expect(JSON.parse(text)).toEqual({ city: "city", unit: "c" });
      expect(chunks.at(-1)!["choices"][0].finish_reason).toBe("tool_calls");
    });
  });

  test("response_format: an instance of the schema, streamed too", async () => {
    const schema = {
      type: "object",
      properties: { name: { type: "string", minLength: 6 }, age: { type: "integer", minimum: 18 } },
      required: ["name", "age"],
    };
    const response_format = { type: "json_schema", json_schema: { name: "person", schema } };
    const { body } = await chat({ messages: user("x"), response_format });
    expect(JSON.parse(body["choices"][0].message.content)).toEqual({ name: "namexx", age: 18 });
    const { chunks } = await stream("/chat/completions", { messages: user("x"), response_format });
    const text = chunks.map((chunk) => chunk["choices"][0].delta.content).join("");
    expect(JSON.parse(text)).toEqual({ name: "namexx", age: 18 });
    const any = await chat({ messages: user("x"), response_format: { type: "json_object" } });
    expect(JSON.parse(any.body["choices"][0].message.content)).toBeObject();
  });
});

describe("chat gone wrong", () => {
  const table: readonly (readonly [Json, number, Json])[] = [
    [{ model: undefined }, 400, { error: { message: "No models provided", code: 400 } }],
    [{ model: "gpt-4o" }, 400, { error: { message: "gpt-4o is not a valid model ID", code: 400 } }],
    [
      { model: "unknown/x" },
      404,
      { error: { message: "No endpoints found for unknown/x.", code: 404 } },
    ],
    [{ messages: [] }, 400, { error: { code: 400 } }],
    [{ messages: user("[sandbox status=401]") }, 401, { error: { code: 401 } }],
    [
      { messages: user("[sandbox status=402]") },
      402,
      { error: { message: "Insufficient credits", code: 402 } },
    ],
    [{ messages: user("[sandbox status=403]") }, 403, { error: { code: 403 } }],
    [{ messages: user("[sandbox status=429]") }, 429, { error: { code: 429 } }],
    [{ messages: user("[sandbox status=500]") }, 500, { error: { code: 500 } }],
    [{ messages: user("[sandbox 200-error]") }, 200, { error: { code: 502 } }],
    [
      { messages: user("[sandbox error=runner_disconnected]") },
      503,
      { error_type: "runner_disconnected" },
    ],
  ];
  for (const [body, status, expected] of table) {
    test(`${JSON.stringify(body)} -> ${status}`, async () => {
      for (const stream of [false, true]) {
        const answer = await chat({ messages: user("x"), ...body, stream });
        expect(answer.status).toBe(status);
        expect(answer.body).toMatchObject(expected);
      }
    });
  }

  test("needs fal's key", async () => {
    const headers = { authorization: "Bearer me:secret" };
    const { status } = await post(
      `${base}/chat/completions`,
      { model, messages: user("x") },
      headers,
    );
    expect(status).toBe(401);
  });

  test("cut, garbage, error frame, and a plain answer to stream", async () => {
    const cut = stream("/chat/completions", { messages: user("[sandbox cut=200]") });
    expect(await codeOf(cut)).toBe("ECONNRESET");
    const garbage = stream("/chat/completions", { messages: user("[sandbox garbage]") });
    expect(await codeOf(garbage)).toBe("failed");
    const failed = await stream("/chat/completions", { messages: user("[sandbox error-frame]") });
    expect(failed.done).toBe(false);
    expect(failed.chunks.at(-1)).toMatchObject({
      error: { code: 502, message: "Provider disconnected unexpectedly" },
      choices: [{ finish_reason: "error" }],
    });
    const messages = user("[sandbox json-instead-of-stream]");
    const plain = await chat({ messages, stream: true });
    expect(plain.body["object"]).toBe("chat.completion");
  });

  test("over the concurrency: 429, not a queue", async () => {
    sandbox.update({ concurrency: 1 });
    const slow = chat({ messages: user("[sandbox run=400ms]") });
    while (sandbox.requests.length < 1) await Bun.sleep(5);
    const { status, headers } = await chat({ messages: user("x") });
    expect(status).toBe(429);
    expect(headers.get("x-fal-needs-retry")).toBe("1");
    expect((await slow).status).toBe(200);
    sandbox.update({ concurrency: undefined });
  });
});

describe("responses", () => {
  test("whole, and cut short", async () => {
    const { body } = await post(`${base}/responses`, {
      model,
      input: "hi",
      instructions: "be brief",
    });
    expect(body).toMatchObject({
      object: "response",
      status: "completed",
      output: [{ type: "message", role: "assistant", content: [{ type: "output_text" }] }],
      usage: { input_tokens_details: { cached_tokens: 0 } },
    });
    const input = [
      { role: "user", content: [{ type: "input_text", text: "hi" }, { type: "input_image" }] },
    ];
    const short = await post(`${base}/responses`, { model, input, max_output_tokens: 1 });
    expect(short.body).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    });
  });

  test("streamed, numbered, with the whole text in the end", async () => {
    const { chunks, text } = await stream("/responses", { input: "hi" });
    expect(chunks.map((event) => event["sequence_number"])).toEqual([...chunks.keys()]);
    expect(chunks[0]!["type"]).toBe("response.created");
    expect(text).toContain("event: response.created\n");
    const deltas = chunks.filter((event) => event["type"] === "response.output_text.delta");
    const last = chunks.at(-1)!;
    expect(last["type"]).toBe("response.completed");
    expect(last["response"].output[0].content[0].text).toBe(
      deltas.map((each) => each["delta"]).join(""),
    );
  });

  test("function calls", async () => {
    const { name, parameters } = weather.function;
    const tools = [{ type: "function", name, parameters }];
    const body = { input: "x", tools, tool_choice: "required" };
    const { chunks } = await stream("/responses", body);
    const done = chunks.find((event) => event["type"] === "response.function_call_arguments.done");
    expect(JSON.parse(done!["arguments"])).toEqual({ city: "city", unit: "c" });
    expect(chunks.at(-1)!["response"].output[0]).toMatchObject({ type: "function_call", name });
  });

  test("can be refused", async () => {
    sandbox.update({ noResponses: true });
    expect((await post(`${base}/responses`, { model, input: "hi" })).status).toBe(404);
    sandbox.update({ noResponses: false });
  });
});

describe("embeddings", () => {
  const embed = (body: Json) => post(`${base}/embeddings`, { model, ...body });

  test("unit vectors, the same for the same text", async () => {
    const { body } = await embed({ input: ["a cat", "a cat", "a dog"] });
    const [one, two, other] = body["data"].map((each: Json) => each["embedding"] as number[]);
    expect(one).toHaveLength(1536);
    expect(one).toEqual(two);
    expect(one).not.toEqual(other);
    expect(Math.hypot(...one)).toBeCloseTo(1, 5);
    expect(body["usage"]).toEqual({ prompt_tokens: 6, total_tokens: 6, cost: 0.000006 });
  });

  test("dimensions and base64", async () => {
    const plain = await embed({ input: "a", dimensions: 8 });
    const coded = await embed({ input: "a", dimensions: 8, encoding_format: "base64" });
    const bytes = Buffer.from(coded.body["data"][0].embedding, "base64");
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    expect([...floats]).toEqual(plain.body["data"][0].embedding);
  });

  test("nothing to embed", async () => {
    expect((await embed({})).status).toBe(400);
    expect((await embed({ input: [] })).status).toBe(400);
    expect((await embed({ input: [[1, 2, 3]] })).body["data"]).toHaveLength(1);
  });
});

describe("fal's own dialect", () => {
  test("any-llm and the router answer a prompt", async () => {
    const old = await post(`${sandbox.runUrl}/fal-ai/any-llm`, {
      prompt: "hi",
      system_prompt: "be brief",
    });
    expect(old.body).toEqual({
      output: "You said: hi\nI was told: be brief\nI received 1 message.",
      reasoning: null,
      partial: false,
      error: null,
    });
    const router = await post(`${sandbox.runUrl}/openrouter/router`, { prompt: "hi", model });
    expect(router.body["usage"]).toMatchObject({ cost: expect.any(Number) });
    const vision = { prompt: "hi", model, image_urls: ["https://example.com/a.png"] };
    const seen = await post(`${sandbox.runUrl}/openrouter/router/vision`, vision);
    expect(seen.body["output"]).toContain("1 picture");
  });

  test("the stream repeats the text so far, ends with the whole, and is all JSON", async () => {
    const response = await fetch(`${sandbox.runUrl}/fal-ai/any-llm/stream`, {
      method: "POST",
      headers: auth,
      body: JSON.stringify({ prompt: "hi [sandbox tokens=3]" }),
    });
    const text = await response.text();
    expect(text).toStartWith("event: event\r\ndata: ");
    const told = text
      .split("\r\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice(6)));
    expect(told.map((event) => event.output)).toEqual([
      "You",
      "You said:",
      "You said: hi",
      "You said: hi",
    ]);
    expect(told.map((event) => event.partial)).toEqual([true, true, true, false]);
  });

  test("chat completions work through the queue too", async () => {
    const { queueUrl } = sandbox;
    const path = "openrouter/router/openai/v1/chat/completions";
    const { body } = await post(`${queueUrl}/${path}`, { model, messages: user("hi") });
    expect(body["status_url"]).toStartWith(`${queueUrl}/openrouter/router/requests/`);
    await fetch(`${body["status_url"]}/stream`, { headers: auth }).then((each) => each.text());
    expect((await get(body["response_url"])).body["object"]).toBe("chat.completion");
  });
});
