/** `/v1/responses`: what reaches fal, on its own route and on its chat, and what comes back in which form. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { FAL_KEY } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import {
  chunk,
  createProvider,
  DONE,
  events,
  PATH,
  type Provider,
  words,
} from "../support/provider.ts";
import { error } from "../support/scenario.ts";

const ASK = { model: "gpt-4o", input: "hi" };

const MESSAGE = {
  id: "msg_1",
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text: "Hello", annotations: [], logprobs: [] }],
};
const CALL = {
  id: "fc_1",
  type: "function_call",
  status: "completed",
  call_id: "call_1",
  name: "wind",
  arguments: '{"at":"sea"}',
};
const NATIVE = {
  id: "resp_1",
  object: "response",
  created_at: 5,
  status: "completed",
  model: "openai/gpt-4o",
  output: [MESSAGE, CALL],
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3, cost: 0.01 },
};

const event = (type: string, more: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const created = event("response.created", {
  sequence_number: 0,
  response: { ...NATIVE, status: "in_progress", output: [] },
});
const completed = event("response.completed", { sequence_number: 1, response: NATIVE });

interface Event {
  type: string;
  sequence_number: number;
  response?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Every event, after its framing has been held against the rules. */
function read(text: string): Event[] {
  const blocks = text.split("\n\n");
  expect(blocks.pop()).toBe("");
  return blocks.map((block) => {
    const [, name, data] = /^event: (\S+)\ndata: ([^\n]+)$/.exec(block) ?? [];
    const value = JSON.parse(data!) as Event;
    expect(value.type).toBe(name!);
    return value;
  });
}

describe.each(PLACES)("responses, %s", (_, start) => {
  let provider: Provider;
  let gateway: Gateway;
  beforeAll(async () => {
    provider = createProvider();
    gateway = await start({ env: { FAL_RUN_URL: provider.url } });
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.stop();
  });
  beforeEach(() => {
    provider.asked.length = 0;
    provider.answer(() => Response.json(NATIVE));
  });

  const post = (body: unknown) =>
    gateway.fetch("/v1/responses", {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test("the body passes to the byte, but for the model", async () => {
    const body = `{ "model":MODEL, "input":[{"role":"user","content":"ä\\u00e4"}],\n"temperature":0.70,"max_output_tokens":12345678901234567890,"x":null }`;
    expect((await post(body.replace("MODEL", '"claude-3-5-haiku"'))).status).toBe(200);
    const [asked] = provider.asked;
    expect(asked!.path).toBe(`${PATH}/responses`);
    expect(asked!.headers.get("authorization")).toBe(`Key ${FAL_KEY}`);
    expect(asked!.text).toBe(body.replace("MODEL", '"anthropic/claude-3.5-haiku"'));
  });

  test("fal's answer comes under the client's name, with all that OpenAI requires", async () => {
    const answer = (await (await post({ ...ASK, instructions: "be short" })).json()) as object;
    expect(answer).toMatchObject({
      ...NATIVE,
      model: "gpt-4o",
      error: null,
      incomplete_details: null,
      instructions: "be short",
      parallel_tool_calls: true,
      tool_choice: "auto",
      tools: [],
      metadata: {},
      access_programs: null,
      usage: {
        ...NATIVE.usage,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  test("fal's stream passes event by event, without comments or an end that OpenAI does not have", async () => {
    const delta = event("response.output_text.delta", { sequence_number: 1, delta: "Hi" });
    provider.answer(() => events([": OPENROUTER\n\n", created, delta, completed, DONE]));
    const response = await post({ ...ASK, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const seen = read(await response.text());
    expect(seen.map(({ type }) => type)).toEqual([
      "response.created",
      "response.output_text.delta",
      "response.completed",
    ]);
    expect(seen[1]).toEqual({
      type: "response.output_text.delta",
      sequence_number: 1,
      delta: "Hi",
    });
    for (const { response: told } of [seen[0]!, seen[2]!]) expect(told!.model).toBe("gpt-4o");
  });

  test("JSON where a stream was asked for becomes its events", async () => {
    const seen = read(await (await post({ ...ASK, stream: true })).text());
    expect(seen.map(({ type }) => type.replace("response.", ""))).toEqual([
      ...["created", "in_progress"],
      ...["output_item.added", "content_part.added", "output_text.delta", "output_text.done"],
      ...["content_part.done", "output_item.done"],
      ...["output_item.added", "function_call_arguments.delta"],
      ...["function_call_arguments.done", "output_item.done"],
      "completed",
    ]);
    expect(seen.map(({ sequence_number }) => sequence_number)).toEqual([...seen.keys()]);
    expect(seen.at(-1)!.response).toMatchObject({ output: [MESSAGE, CALL], model: "gpt-4o" });
  });

  test("a stream where JSON was asked for becomes its response", async () => {
    provider.answer(() => events([created, completed, DONE]));
    const response = await post(ASK);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect(await response.json()).toMatchObject({ ...NATIVE, model: "gpt-4o" });
  });

  test("what earlier answers said may be referred to, by who was told it", async () => {
    await (await post(ASK)).json();
    const reference = { type: "item_reference", id: "fc_1" };
    const other = { type: "item_reference", id: "fc_2" };
    const output = { type: "function_call_output", call_id: "call_1", output: "strong" };
    await (await post({ ...ASK, input: [reference, other, output] })).json();
    const { input } = JSON.parse(provider.asked[1]!.text) as { input: unknown };
    expect(input).toEqual([CALL, other, output]);
  });

  const CUT = error("The model's answer was cut short.", "upstream_error", "upstream_error");
  test.each([
    ["an empty stream", () => events([])],
    ["garbage", () => events(["data: {oops\n\n"])],
    ["chunks of chat", () => events([chunk({ content: "Hi" })])],
    ["JSON that is none", () => new Response("<html>")],
    ["output that is none", () => Response.json({ ...NATIVE, output: null })],
  ])("%s before the first event is a status", async (_, answer) => {
    provider.answer(answer);
    for (const stream of [true, false]) {
      const response = await post({ ...ASK, stream });
      expect([response.status, await response.json()]).toStrictEqual([502, CUT]);
    }
  });

  test.each([
    ["the connection's end", () => events([created])],
    ["garbage", () => events([created, Bun.sleep(10), "data: {oops\n\n", completed])],
  ])("%s after it is a failed response", async (_, answer) => {
    provider.answer(answer);
    const seen = read(await (await post({ ...ASK, stream: true })).text());
    expect(seen.at(-1)).toMatchObject({
      type: "response.failed",
      sequence_number: 1,
      response: { id: "resp_1", status: "failed", error: { code: "server_error" } },
    });
  });

  // The last of them: a route that is not there is not asked again.
  test.each([
    [{ model: "gpt-4o" }, "input", /^Missing required parameter/],
    [{ model: "gpt-4o", input: null }, "input", /^Missing required parameter/],
    [{ model: "gpt-4o", input: [] }, "input", /list with at least one message/],
    [{ ...ASK, previous_response_id: "resp_0" }, "previous_response_id", /nothing is stored/],
    [{ ...ASK, conversation: "conv_0" }, "conversation", /nothing is stored/],
    [{ ...ASK, background: true }, "background", /nothing is stored/],
  ])("%j never reaches fal, which would forget or refuse it", async (body, param, words) => {
    const response = await post(body);
    const { error } = (await response.json()) as { error: { param: string; message: string } };
    expect([response.status, error.param]).toEqual([400, param]);
    expect(error.message).toMatch(words);
    expect(provider.asked.length).toBe(0);
  });

  describe("where fal has no such route", () => {
    const fallback = (answer: () => Response) =>
      provider.answer((request) =>
        request.url.endsWith("/responses")
          ? Response.json({ error: { message: "Not Found", code: 404 } }, { status: 404 })
          : answer(),
      );

    test("a model that chat does not know either is told by chat", async () => {
      const message = "No endpoints found for openai/gpt-4oo.";
      fallback(() => Response.json({ error: { message, code: 404 } }, { status: 404 }));
      const response = await post({ ...ASK, model: "gpt-4oo" });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: { code: "model_not_found", message: expect.stringContaining("Did you mean") },
      });
    });

    test("it is built on chat, and the route is not asked again", async () => {
      fallback(() => events(words("Hel", "lo")));
      const seen = read(await (await post({ ...ASK, stream: true })).text());
      expect(seen.at(-1)).toMatchObject({
        type: "response.completed",
        response: { output: [{ content: [{ text: "Hello" }] }] },
      });
      expect(provider.asked.map(({ path }) => path)).toEqual([
        `${PATH}/responses`,
        `${PATH}/chat/completions`,
      ]);
      expect(JSON.parse(provider.asked[1]!.text)).toEqual({
        model: "openai/gpt-4o",
        messages: [{ role: "user", content: "hi" }],
        stream: true,
        stream_options: { include_usage: true },
      });
      provider.asked.length = 0;
      await (await post({ ...ASK, stream: true })).text();
      expect(provider.asked.map(({ path }) => path)).toEqual([`${PATH}/chat/completions`]);
    });

    test("whichever form chat's answer comes in", async () => {
      const whole = { choices: [{ message: { role: "assistant", content: "Hello" } }] };
      for (const answer of [() => events(words("Hel", "lo")), () => Response.json(whole)]) {
        fallback(answer);
        const json = (await (await post(ASK)).json()) as { output: unknown };
        const stream = read(await (await post({ ...ASK, stream: true })).text());
        for (const { output } of [json, stream.at(-1)!.response!]) {
          expect(output).toMatchObject([{ content: [{ text: "Hello" }] }]);
        }
      }
    });
  });
});
