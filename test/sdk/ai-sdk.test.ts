/** The AI SDK, both generations, against the release executable: the strictest readers of them all. */
import { createOpenAI as openai4 } from "@ai-sdk/openai";
import { createOpenAICompatible as compatible3 } from "@ai-sdk/openai-compatible";
import * as ai7 from "ai";
import * as ai6 from "ai-6";
import { createOpenAI as openai3 } from "ai-sdk-openai-3";
import { createOpenAICompatible as compatible2 } from "ai-sdk-openai-compatible-2";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { record, type Recording } from "../support/recording.ts";

let gateway: Running;
/** fal without `/responses`, which `@ai-sdk/openai` calls first. */
let bare: Running;
beforeAll(async () => {
  gateway = await asBinary();
  const quick = { port: 0, queueTime: 0, runTime: 0, chunkTime: 0 };
  bare = await asBinary({ fal: createSandbox({ ...quick, noResponses: true }) });
});
afterAll(() => Promise.all([gateway.stop(), bare.stop()]));

type Ai = typeof ai7;
type Model = Parameters<Ai["generateText"]>[0]["model"];
interface Models {
  chat(name: string): Model;
  embedding: Parameters<Ai["embedMany"]>[0]["model"];
}

const base = (to: Running) => ({ baseURL: `${to.url}/v1`, apiKey: CLIENT_KEY });

// The generations' types differ, their calls do not.
const v6 = ai6 as unknown as Ai;

/** What each provider's model is, by how it is made. */
const SETS: readonly (readonly [string, Ai, (fetch: Recording["fetch"]) => Models])[] = [
  ["ai 7, openai, chat", ai7, (fetch) => ofOpenAI(openai4({ ...base(gateway), fetch }), "chat")],
  [
    "ai 6, openai, chat",
    v6,
    (fetch) => ofOpenAI(openai3({ ...base(gateway), fetch }) as never, "chat"),
  ],
  [
    "ai 7, openai, responses",
    ai7,
    (fetch) => ofOpenAI(openai4({ ...base(gateway), fetch }), "responses"),
  ],
  [
    "ai 6, openai, responses",
    v6,
    (fetch) => ofOpenAI(openai3({ ...base(gateway), fetch }) as never, "responses"),
  ],
  [
    "ai 7, openai, responses on chat",
    ai7,
    (fetch) => ofOpenAI(openai4({ ...base(bare), fetch }), "responses"),
  ],
  [
    "ai 6, openai, responses on chat",
    v6,
    (fetch) => ofOpenAI(openai3({ ...base(bare), fetch }) as never, "responses"),
  ],
  ["ai 7, compatible", ai7, (fetch) => ofCompatible(compatible3({ ...compatible(), fetch }))],
  [
    "ai 6, compatible",
    v6,
    (fetch) => ofCompatible(compatible2({ ...compatible(), fetch }) as never),
  ],
];

function compatible() {
  return { name: "falgate", ...base(gateway), includeUsage: true, supportsStructuredOutputs: true };
}

function ofOpenAI(openai: ReturnType<typeof openai4>, kind: "chat" | "responses"): Models {
  return {
    chat: (name) => openai[kind](name),
    embedding: openai.embedding("text-embedding-3-small"),
  };
}

function ofCompatible(provider: ReturnType<typeof compatible3>): Models {
  return {
    chat: (name) => provider.chatModel(name),
    embedding: provider.embeddingModel("text-embedding-3-small"),
  };
}

const MODEL = "openai/gpt-4o-mini";

describe.each(SETS)("%s", (name, ai, modelsOf) => {
  const recording = record();
  const models = () => modelsOf(recording.fetch);
  const chat = (model = MODEL) => models().chat(model);

  const weather = (asked: unknown[]) => ({
    weather: ai.tool({
      description: "The weather of a city",
      inputSchema: z.object({ city: z.string() }),
      execute: async (input) => {
        asked.push(input);
        return "rain";
      },
    }),
  });

  test("text", async () => {
    const { text, finishReason, usage } = await ai.generateText({ model: chat(), prompt: "Hello" });
    expect(text).toStartWith("You said: Hello");
    expect(finishReason).toBe("stop");
    expect(usage.totalTokens).toBeGreaterThan(0);
  });

  test("a stream of text", async () => {
    const result = ai.streamText({ model: chat(), prompt: "Hello", onError: () => {} });
    let text = "";
    for await (const piece of result.textStream) text += piece;
    expect(text).toStartWith("You said: Hello");
    expect(await result.finishReason).toBe("stop");
    expect((await result.usage).totalTokens).toBeGreaterThan(0);
  });

  test("an object", async () => {
    const schema = z.object({ city: z.string(), tags: z.array(z.string()) });
    const output = ai.Output.object({ schema });
    const whole = await ai.generateText({ model: chat(), prompt: "A place", output });
    expect(schema.safeParse(whole.output).success).toBe(true);
    const stream = ai.streamText({ model: chat(), prompt: "A place", output });
    const parts = await Array.fromAsync(stream.partialOutputStream);
    expect(schema.safeParse(parts.at(-1)).success).toBe(true);
  });

  test("tools, over several steps", async () => {
    const asked: unknown[] = [];
    const options = { model: chat(), prompt: "Tell me the weather", stopWhen: ai.stepCountIs(3) };
    const whole = await ai.generateText({ ...options, tools: weather(asked) });
    expect(whole.steps.length).toBe(2);
    expect(whole.text).toContain("The tool said: rain");
    const stream = ai.streamText({ ...options, tools: weather(asked) });
    expect(await stream.text).toContain("The tool said: rain");
    expect((await stream.steps).length).toBe(2);
    expect(asked).toEqual([{ city: expect.any(String) }, { city: expect.any(String) }]);
  });

  test("embeddings", async () => {
    const { embeddings, usage } = await ai.embedMany({
      model: models().embedding,
      values: ["one", "two"],
    });
    expect(embeddings.map((vector) => vector.every(Number.isFinite))).toEqual([true, true]);
    expect(usage.tokens).toBeGreaterThan(0);
  });

  test.each([
    [402, "hi [sandbox status=402]", MODEL],
    [404, "hi", "no-such-model"],
    [400, "hi [sandbox status=400]", MODEL],
  ])("a refusal is the SDK's error: %i", async (statusCode, prompt, model) => {
    const failure = await ai
      .generateText({ model: chat(model), prompt, maxRetries: 0 })
      .catch((error: unknown) => error);
    expect(ai.APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ statusCode });
    const { message } = JSON.parse((failure as { responseBody: string }).responseBody).error as {
      message: string;
    };
    expect((failure as Error).message).toBe(message);
  });

  test.each(["error-frame", "cut=3000"])(
    "a failure amid a stream is an error part: %s",
    async (marker) => {
      const prompt = `Hello [sandbox ${marker} tokens=40 delay=2ms]`;
      const stream = ai.streamText({ model: chat(), prompt, maxRetries: 0, onError: () => {} });
      const parts = await Array.fromAsync(stream.fullStream);
      const types = parts.map(({ type }) => type);
      expect(types).toContain("error");
      expect(types.filter((type) => type === "text-delta").length).toBeGreaterThan(0);
    },
  );

  if (!name.includes("responses")) {
    test("a picture, by talking", async () => {
      const stream = ai.streamText({ model: chat("flux-dev"), prompt: "a lighthouse 16:9" });
      expect(await stream.text).toMatch(
        /aspect ratio: 16:9 using flux-dev\n\n!\[Generated Image\]\(http/,
      );
    });
  }

  if (name.includes("compatible")) {
    test("reasoning", async () => {
      const stream = ai.streamText({ model: chat(), prompt: "Hello [sandbox reasoning]" });
      expect(await stream.reasoningText).toBe("The user wants: Hello. I will say so.");
    });
  }

  test("every frame of all this is what OpenAI's types say", async () => {
    const { seen, complaints } = await recording.judge();
    expect(complaints).toEqual([]);
    expect(seen).toBeGreaterThan(50);
  });
});
