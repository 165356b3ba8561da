/** LangChain's client against the release executable. */
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { tool } from "@langchain/core/tools";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary();
});
afterAll(() => gateway.stop());

const weather = tool(() => "rain", {
  name: "weather",
  description: "The weather of a city",
  schema: z.object({ city: z.string() }),
});

describe.each([
  ["chat", false],
  ["responses", true],
])("on %s", (_, useResponsesApi) => {
  const chat = (more: object = {}) =>
    new ChatOpenAI({
      model: "gpt-4o-mini",
      apiKey: CLIENT_KEY,
      configuration: { baseURL: `${gateway.url}/v1` },
      maxRetries: 0,
      useResponsesApi,
      ...more,
    });

  test("invoke", async () => {
    const answer = await chat().invoke("Hello");
    expect(answer.text).toStartWith("You said: Hello");
    expect(answer.usage_metadata!.total_tokens).toBeGreaterThan(0);
  });

  test("stream", async () => {
    let text = "";
    for await (const piece of await chat().stream("Hello")) text += piece.text;
    expect(text).toStartWith("You said: Hello");
  });

  test("tools", async () => {
    const model = chat().bindTools([weather]);
    const question = new HumanMessage("Tell me the weather");
    const asked = await model.invoke([question]);
    const [call] = asked.tool_calls!;
    expect(call).toMatchObject({ name: "weather", args: { city: expect.any(String) } });
    const told = new ToolMessage({ content: "rain", tool_call_id: call!.id! });
    const answer = await model.invoke([question, asked, told]);
    expect(answer.text).toContain("The tool said: rain");
  });

  test("structured output", async () => {
    const Place = z.object({ city: z.string() });
    const place = await chat()
      .withStructuredOutput(Place, { method: "jsonSchema" })
      .invoke("A place");
    expect(Place.safeParse(place).success).toBe(true);
  });

  test("an error keeps its status", async () => {
    const failure = await chat()
      .invoke("hi [sandbox status=402]")
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 402 });
  });
});

test("a picture, by talking", async () => {
  const configuration = { baseURL: `${gateway.url}/v1` };
  const model = new ChatOpenAI({ model: "flux-dev", apiKey: CLIENT_KEY, configuration });
  const answer = await model.invoke("a lighthouse size:9:16");
  expect(answer.text).toMatch(/aspect ratio: 9:16 using flux-dev\n\n!\[Generated Image\]\(http/);
});

test("embeddings", async () => {
  const configuration = { baseURL: `${gateway.url}/v1` };
  const model = new OpenAIEmbeddings({ apiKey: CLIENT_KEY, configuration });
  const vectors = await model.embedDocuments(["one", "two"]);
  expect(vectors.map((vector) => vector.length > 0)).toEqual([true, true]);
});
