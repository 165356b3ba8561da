/** Which requests the schema lets in; what they mean is `toChat`'s. */
import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ResponseCreateParams } from "../../../src/openai/responses/params.ts";

const ACCEPTED: Record<string, unknown>[] = [
  {},
  { input: "hi" },
  { model: "m", input: [{ role: "user", content: [{ type: "input_text", text: "hi" }] }] },
  {
    input: [{ type: null, role: "user", content: "hi" }],
    tools: [{ type: "function", name: "f" }],
  },
  { input: "hi", tool_choice: { type: "function", name: "f" }, text: { format: { type: "text" } } },
  { input: "hi", seed: 1, provider: { sort: "price" }, anything: null },
  Object.fromEntries(Object.keys(ResponseCreateParams.properties).map((key) => [key, null])),
];

test.each(ACCEPTED)("accepted: %j", (params) => {
  expect([...Value.Errors(ResponseCreateParams, params)]).toEqual([]);
});

const REFUSED: [Record<string, unknown>, string][] = [
  [{ input: 5 }, "/input"],
  [{ input: "hi", stream: "yes" }, "/stream"],
  [{ input: "hi", tools: {} }, "/tools"],
  [{ input: "hi", tools: [{}] }, "/tools"],
  [{ input: "hi", max_output_tokens: 0 }, "/max_output_tokens"],
  [{ input: "hi", temperature: 3 }, "/temperature"],
  [{ input: "hi", text: "json" }, "/text"],
];

test.each(REFUSED)("refused: %j", (params, path) => {
  const error = Value.Errors(ResponseCreateParams, params).First();
  expect(error?.path).toBe(path);
  expect((error?.schema as { expects?: string }).expects).toStartWith("it must be ");
});

test("the example is one", () => {
  const [example] = ResponseCreateParams["examples"] as unknown[];
  expect(Value.Check(ResponseCreateParams, example)).toBe(true);
});
