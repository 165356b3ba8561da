/** Language models: exactly what reaches fal for every name and body, and exactly what comes back. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { FAL_KEY } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import { createProvider, PATH, type Provider, USAGE } from "../support/provider.ts";

/** What the client writes, and what OpenRouter calls it. */
const NAMES: readonly (readonly [string, string])[] = [
  // The 21 names of contract 1.
  ["anthropic/claude-sonnet-4", "anthropic/claude-sonnet-4"],
  ["anthropic/claude-opus-4", "anthropic/claude-opus-4"],
  ["anthropic/claude-3.7-sonnet", "anthropic/claude-3.7-sonnet"],
  ["anthropic/claude-3.5-sonnet", "anthropic/claude-3.5-sonnet"],
  ["anthropic/claude-3-5-haiku", "anthropic/claude-3.5-haiku"],
  ["anthropic/claude-3-haiku", "anthropic/claude-3-haiku"],
  ["google/gemini-2.5-pro", "google/gemini-2.5-pro"],
  ["google/gemini-pro-1.5", "google/gemini-pro-1.5"],
  ["google/gemini-flash-1.5", "google/gemini-flash-1.5"],
  ["google/gemini-flash-1.5-8b", "google/gemini-flash-1.5-8b"],
  ["google/gemini-2.0-flash-001", "google/gemini-2.0-flash-001"],
  ["moonshotai/kimi-k2", "moonshotai/kimi-k2"],
  ["meta-llama/llama-3.2-1b-instruct", "meta-llama/llama-3.2-1b-instruct"],
  ["meta-llama/llama-3.2-3b-instruct", "meta-llama/llama-3.2-3b-instruct"],
  ["meta-llama/llama-3.1-8b-instruct", "meta-llama/llama-3.1-8b-instruct"],
  ["meta-llama/llama-3.1-70b-instruct", "meta-llama/llama-3.1-70b-instruct"],
  ["meta-llama/llama-4-maverick", "meta-llama/llama-4-maverick"],
  ["meta-llama/llama-4-scout", "meta-llama/llama-4-scout"],
  ["openai/gpt-4o-mini", "openai/gpt-4o-mini"],
  ["openai/gpt-4o", "openai/gpt-4o"],
  ["deepseek/deepseek-r1", "deepseek/deepseek-r1"],
  // Bare names (contract 5.4 and those that applications have in their lists).
  ["gpt-3.5-turbo", "openai/gpt-3.5-turbo"],
  ["gpt-4o", "openai/gpt-4o"],
  ["gpt-4o-mini", "openai/gpt-4o-mini"],
  ["gpt-4.1", "openai/gpt-4.1"],
  ["gpt-5", "openai/gpt-5"],
  ["chatgpt-4o-latest", "openai/chatgpt-4o-latest"],
  ["o3", "openai/o3"],
  ["o4-mini", "openai/o4-mini"],
  ["claude-sonnet-4", "anthropic/claude-sonnet-4"],
  ["claude-sonnet-4-20250514", "anthropic/claude-sonnet-4"],
  ["claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"],
  ["claude-3-5-haiku", "anthropic/claude-3.5-haiku"],
  ["claude-3-5-haiku-20241022", "anthropic/claude-3.5-haiku"],
  ["claude-3-5-sonnet-latest", "anthropic/claude-3.5-sonnet"],
  ["claude-3-7-sonnet", "anthropic/claude-3.7-sonnet"],
  ["claude-3-haiku", "anthropic/claude-3-haiku"],
  ["gemini-2.5-pro", "google/gemini-2.5-pro"],
  ["gemini-2.0-flash", "google/gemini-2.0-flash-001"],
  ["gemini-1.5-pro", "google/gemini-pro-1.5"],
  ["gemini-1.5-flash-8b", "google/gemini-flash-1.5-8b"],
  ["gemma-3-27b-it", "google/gemma-3-27b-it"],
  ["deepseek-r1", "deepseek/deepseek-r1"],
  ["deepseek-chat", "deepseek/deepseek-chat"],
  ["deepseek-reasoner", "deepseek/deepseek-r1"],
  ["kimi-k2", "moonshotai/kimi-k2"],
  ["llama-4-scout", "meta-llama/llama-4-scout"],
  ["grok-4", "x-ai/grok-4"],
  ["mistral-large", "mistralai/mistral-large"],
  ["qwen3-235b-a22b", "qwen/qwen3-235b-a22b"],
  // Any other vendor's, as it is.
  ["some-vendor/some.model-1", "some-vendor/some.model-1"],
  ["deepseek/deepseek-r1:free", "deepseek/deepseek-r1:free"],
];

/** The model stands where MODEL does; all else must arrive as it is written here, to the byte. */
const BODIES: readonly (readonly [string, string])[] = [
  ["the smallest", `{"model":MODEL,"messages":[{"role":"user","content":"hi"}]}`],
  ["the model last", `{"messages":[{"role":"user","content":"hi"}],"model":MODEL}`],
  [
    "blanks and line ends",
    `{\n  "model" : MODEL ,\r\n\t"messages" : [ { "role" : "user" , "content" : "hi" } ]\n}\n`,
  ],
  [
    "numbers that JavaScript cannot hold",
    `{"model":MODEL,"seed":12345678901234567890,"top_p":1e-400,"temperature":0.70,"x":1.0,"messages":[{"role":"user","content":"hi"}]}`,
  ],
  [
    "null, unknown parameters, empty lists",
    `{"model":MODEL,"stop":null,"tools":[],"provider":{"order":["A"]},"transforms":["middle-out"],"nie_gehoert":{"a":[null,{}]},"messages":[{"role":"user","content":"hi"}]}`,
  ],
  [
    "escapes and signs of all scripts",
    `{"model":MODEL,"messages":[{"role":"user","content":"\\u00e4 ä \\ud83e\\udd8a 🦊 \\/ \\\\ \\"model\\":\\"x\\" 中文\\u0000"}]}`,
  ],
  [
    "the word model elsewhere",
    `{"metadata":{"model":"inner"},"messages":[{"role":"user","content":"\\"model\\": \\"x\\"","model":"nested"}],"model":MODEL,"user":"model"}`,
  ],
  [
    "pictures, files, sounds",
    `{"model":MODEL,"messages":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"high"}},{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="}}]}]}`,
  ],
  [
    "tools, a schema, reasoning",
    `{"model":MODEL,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}},"strict":true}},{"type":"custom","custom":{"name":"c"}}],"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object"}}},"reasoning_effort":"high","reasoning":{"max_tokens":100},"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"42"}]}`,
  ],
  [
    "a conversation of half a million characters",
    `{"model":MODEL,"messages":[${Array.from({ length: 500 }, (_, turn) => `{"role":"${turn % 2 ? "assistant" : "user"}","content":"${"lang ".repeat(200)}"}`).join(",")},{"role":"user","content":"und?"}]}`,
  ],
  [
    "the older words",
    `{"model":MODEL,"functions":[{"name":"f"}],"function_call":"auto","max_completion_tokens":5,"n":3,"logprobs":true,"top_logprobs":2,"messages":[{"role":"system","content":"s"},{"role":"user","name":"u","content":"hi"}]}`,
  ],
];

const ANSWER = {
  id: "gen-1",
  provider: "OpenAI",
  model: "openai/gpt-4o",
  object: "chat.completion",
  created: 1_800_000_000,
  system_fingerprint: "fp",
};
const spoken = (message: object, more: object = {}) => ({
  ...ANSWER,
  choices: [
    { index: 0, finish_reason: "stop", message: { role: "assistant", ...message }, ...more },
  ],
  usage: USAGE,
});

const ASK = { model: "gpt-4o", messages: [{ role: "user", content: "hi" }] };

describe.each(PLACES)("a language model, %s", (_, start) => {
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
    provider.answer(() => Response.json(spoken({ content: "Hello" })));
  });

  const post = (body: unknown) =>
    gateway.fetch("/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}`, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test.each(NAMES)("%s is asked for as %s", async (name, upstream) => {
    const answer = await (await post({ ...ASK, model: name })).json();
    const [asked] = provider.asked;
    expect(asked!.path).toBe(`${PATH}/chat/completions`);
    expect(asked!.headers.get("authorization")).toBe(`Key ${FAL_KEY}`);
    expect(asked!.headers.get("content-type")).toBe("application/json");
    expect(asked!.text).toBe(JSON.stringify({ ...ASK, model: upstream }));
    expect(answer).toMatchObject({ model: name });
    expect(provider.asked.length).toBe(1);
  });

  test.each(BODIES)("%s passes to the byte", async (_, body) => {
    const response = await post(body.replace("MODEL", '"claude-3-5-haiku"'));
    expect(response.status).toBe(200);
    expect(provider.asked.map(({ text }) => text)).toEqual([
      body.replace("MODEL", '"anthropic/claude-3.5-haiku"'),
    ]);
  });

  test("nothing of the client's reaches fal but its body", async () => {
    await gateway.fetch("/v1/chat/completions", {
      method: "POST",
      headers: {
        authorization: `Bearer ${CLIENT_KEY}`,
        "x-stainless-lang": "js",
        "openai-organization": "org",
        cookie: "a=b",
        "user-agent": "OpenAI/JS 7.55.0",
      },
      body: JSON.stringify(ASK),
    });
    const [{ headers }] = provider.asked as [(typeof provider.asked)[number]];
    const sent = JSON.stringify([...headers]);
    for (const word of [CLIENT_KEY, "stainless", "org", "cookie", "OpenAI/JS"]) {
      expect(sent).not.toContain(word);
    }
  });

  const plain = { role: "assistant", refusal: null };
  test.each<[string, object, object]>([
    [
      "all that OpenAI requires is there, and all that came is kept",
      spoken({ content: "Hello", annotations: [] }, { native_finish_reason: "end" }),
      {
        ...ANSWER,
        model: "gpt-4o",
        choices: [
          {
            index: 0,
            finish_reason: "stop",
            native_finish_reason: "end",
            logprobs: null,
            message: { ...plain, content: "Hello", annotations: [] },
          },
        ],
        usage: USAGE,
      },
    ],
    [
      "reasoning under both names",
      spoken({ content: "4", reasoning: "2+2" }),
      { choices: [{ message: { content: "4", reasoning: "2+2", reasoning_content: "2+2" } }] },
    ],
    [
      "a call has its type, and content of null",
      spoken({ tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" } }] }),
      {
        choices: [
          {
            message: {
              content: null,
              tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
            },
          },
        ],
      },
    ],
    [
      "content in parts is a text",
      spoken({
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      }),
      { choices: [{ message: { content: "ab" } }] },
    ],
    [
      "several choices, told apart by their places",
      { ...ANSWER, choices: [{ message: { content: "a" } }, { message: { content: "b" } }] },
      {
        choices: [
          { index: 0, finish_reason: "stop", logprobs: null, message: { content: "a" } },
          { index: 1, finish_reason: "stop", logprobs: null, message: { content: "b" } },
        ],
      },
    ],
    [
      "what it has no id or time for gets one",
      { choices: [{ message: { content: "a" } }] },
      {
        id: expect.stringMatching(/^chatcmpl-req_/),
        created: expect.any(Number),
        object: "chat.completion",
        model: "gpt-4o",
      },
    ],
  ])("answers: %s", async (_, given, wanted) => {
    provider.answer(() => Response.json(given));
    const response = await post(ASK);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect(await response.json()).toMatchObject(wanted);
  });

  test("a reasoning of null leaves no key behind", async () => {
    provider.answer(() => Response.json(spoken({ content: "4", reasoning: null })));
    const answer = (await (await post(ASK)).json()) as { choices: { message: object }[] };
    expect(Object.keys(answer.choices[0]!.message).sort()).toEqual(["content", "refusal", "role"]);
  });

  test("leading whitespace, with which OpenRouter keeps a long wait open, is no harm", async () => {
    provider.answer(
      () =>
        new Response(`\n\n  \n${JSON.stringify(spoken({ content: "Hi" }))}`, {
          headers: { "content-type": "application/json" },
        }),
    );
    expect(await (await post(ASK)).json()).toMatchObject({
      choices: [{ message: { content: "Hi" } }],
    });
  });

  describe("a name that nobody has", () => {
    const missing = (hint: RegExp) => ({
      error: {
        message: expect.stringMatching(hint),
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found",
      },
    });

    test.each([
      ["flux-devv", /Did you mean flux-dev, /],
      ["imagen4-previw", /Did you mean imagen4-preview[,?]/],
      ["nano-bananna", /Did you mean nano-banana[,?]/],
      ["zzzzzzzzzz", /cannot be used here\.$/],
    ])("%s never reaches fal", async (model, hint) => {
      const response = await post({ ...ASK, model });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual(missing(hint));
      expect(provider.asked.length).toBe(0);
    });

    test.each([
      ["gpt-4oo", "No endpoints found for openai/gpt-4oo.", 404, /Did you mean openai\/gpt-4o[,?]/],
      [
        "claude-sonet-4",
        "anthropic/claude-sonet-4 is not a valid model ID",
        400,
        /Did you mean anthropic\/claude-sonnet-4[,?]/,
      ],
      [
        "openai/gpt-4oo",
        "No endpoints found for openai/gpt-4oo.",
        404,
        /Did you mean openai\/gpt-4o[,?]/,
      ],
      ["gpt-4o", "No endpoints found for openai/gpt-4o.", 404, /^((?!mean gpt-4o[,?]).)*$/],
    ])("%s is for OpenRouter to refuse", async (model, message, status, hint) => {
      provider.answer(() => Response.json({ error: { message, code: status } }, { status }));
      for (const stream of [false, true]) {
        const response = await post({ ...ASK, model, stream });
        expect(response.status).toBe(404);
        expect(await response.json()).toEqual(missing(hint));
      }
    });

    test("what the model lacks is told in the provider's words", async () => {
      const message = "No endpoints found that support tool use.";
      provider.answer(() => Response.json({ error: { message, code: 404 } }, { status: 404 }));
      const response = await post(ASK);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { message, code: "model_not_found" } });
    });
  });
});
