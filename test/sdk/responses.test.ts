/** Responses with OpenAI's own SDKs: fal's own route, and the one built on chat where fal has none. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI7 from "openai";
import { zodTextFormat as format7 } from "openai/helpers/zod";
import OpenAI6 from "openai-6";
import { zodTextFormat as format6 } from "openai-6/helpers/zod";
import { z } from "zod";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { record } from "../support/recording.ts";

const MODEL = "gpt-4o-mini";
const Place = z.object({ city: z.string(), people: z.number() });
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

const quick = { port: 0, queueTime: 0, runTime: 0, chunkTime: 0 };

describe.each([
  ["fal's own", false],
  ["built on chat", true],
])("%s", (_, noResponses) => {
  let gateway: Running;
  beforeAll(async () => {
    gateway = await asBinary({ fal: createSandbox({ ...quick, noResponses }) });
  });
  afterAll(() => gateway.stop());

  // The generations' types differ, their calls do not.
  describe.each([
    ["openai 7", OpenAI7, format7],
    ["openai 6", OpenAI6 as unknown as typeof OpenAI7, format6 as unknown as typeof format7],
  ] as const)("%s", (_, OpenAI, zodTextFormat) => {
    const recording = record();
    const client = () =>
      new OpenAI({
        baseURL: `${gateway.url}/v1`,
        apiKey: CLIENT_KEY,
        maxRetries: 0,
        fetch: recording.fetch,
      });

    test("a plain answer", async () => {
      const answer = await client().responses.create({ model: MODEL, input: "Hello" });
      expect(answer.output_text).toStartWith("You said: Hello");
      expect(answer).toMatchObject({ object: "response", status: "completed", model: MODEL });
      expect(answer.usage!.total_tokens).toBeGreaterThan(0);
    });

    test("without a model", async () => {
      const answer = await client().responses.create({ input: "Hello" } as never);
      expect((answer as { status: string }).status).toBe("completed");
    });

    test("raw events, in order, numbered", async () => {
      const stream = await client().responses.create({ model: MODEL, input: "Hi", stream: true });
      const events = await Array.fromAsync(stream);
      const types = events.map(({ type }) => type);
      const once = types.filter((type, at) => type !== types[at - 1]);
      expect(once).toEqual([
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
      ]);
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
      const models = events.flatMap((event) => ("response" in event ? [event.response.model] : []));
      expect(new Set(models)).toEqual(new Set([MODEL]));
    });

    test("the stream helper", async () => {
      const helper = client().responses.stream({ model: MODEL, input: "Hello" });
      let said = "";
      helper.on("response.output_text.delta", ({ delta }) => (said += delta));
      const answer = await helper.finalResponse();
      expect(said).toStartWith("You said: Hello");
      expect(answer.output_text).toBe(said);
    });

    test("a tool, called and answered", async () => {
      const first = await client()
        .responses.stream({ model: MODEL, input: "Tell me the weather", tools: [weather] })
        .finalResponse();
      const call = first.output.find(({ type }) => type === "function_call") as unknown as {
        call_id: string;
        arguments: string;
      };
      expect(JSON.parse(call.arguments)).toEqual({ city: expect.any(String) });
      const second = await client().responses.create({
        model: MODEL,
        tools: [weather],
        input: [
          { role: "user", content: "Tell me the weather" },
          ...(first.output as never[]),
          { type: "function_call_output", call_id: call.call_id, output: "rain" },
        ],
      });
      expect(second.output_text).toContain("The tool said: rain");
    });

    test("parse, with a zod schema", async () => {
      const answer = await client().responses.parse({
        model: MODEL,
        input: "A place",
        text: { format: zodTextFormat(Place, "place") },
      });
      expect(Place.safeParse(answer.output_parsed).success).toBe(true);
    });

    test.each([
      [400, "invalid_value", "hi [sandbox status=400]", {}],
      [402, "insufficient_quota", "hi [sandbox status=402]", {}],
      [404, "model_not_found", "hi", { model: "no-such-model" }],
      [404, "model_not_found", "hi", { model: "unknown/model" }],
      [502, "upstream_error", "hi [sandbox status=500]", {}],
      [502, "upstream_error", "hi [sandbox 200-error]", {}],
      [400, "unsupported_model", "hi", { model: "flux-dev" }],
    ])("throws %i %s for %s %j", async (status, code, input, more) => {
      for (const stream of [false, true]) {
        const failure = await client()
          .responses.create({ model: MODEL, input, stream, ...more } as never)
          .then(undefined, (error: unknown) => error);
        expect(failure).toBeInstanceOf(OpenAI.APIError);
        expect(failure).toMatchObject({ status, code });
      }
    });

    test.each(["error-frame", "garbage", "cut=1500"])("fails amid a stream: %s", async (marker) => {
      const input = `Hello there [sandbox ${marker} tokens=40 delay=2ms]`;
      const helper = client().responses.stream({ model: MODEL, input });
      const answer = await helper.finalResponse();
      expect(answer).toMatchObject({ status: "failed", error: { code: "server_error" } });
      expect(answer.model).toBe(MODEL);
    });

    test("every frame of all this is what OpenAI's types say", async () => {
      const { seen, complaints } = await recording.judge();
      expect(complaints).toEqual([]);
      expect(seen).toBeGreaterThan(100);
    });
  });
});
