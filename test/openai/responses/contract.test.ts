/** That the types of what is written are OpenAI's own: checked by `bun check`, not at run time. */
import { expect, test } from "bun:test";
import type OpenAI from "openai";
import type OpenAI6 from "openai-6";
import type { ResponseEvent } from "../../../src/openai/responses/event.ts";
import type { OutputItem } from "../../../src/openai/responses/items.ts";
import type { Response } from "../../../src/openai/responses/object.ts";

/** What the client itself sent is echoed as it came; `output_text` is the SDK's own. */
type Echo =
  "tools" | "tool_choice" | "text" | "reasoning" | "metadata" | "truncation" | "service_tier";
type Made<T> = Omit<T, Echo | "output_text">;

type Numbered<T> = T extends { response: Response }
  ? never
  : T extends unknown
    ? T & { sequence_number: number }
    : never;

type Fits<Ours extends Theirs, Theirs> = Ours;

export type Contract = [
  Fits<Response, Made<OpenAI.Responses.Response>>,
  Fits<Response, Made<OpenAI6.Responses.Response>>,
  Fits<OutputItem, OpenAI.Responses.ResponseOutputItem>,
  Fits<Numbered<ResponseEvent>, OpenAI.Responses.ResponseStreamEvent>,
  Fits<Numbered<ResponseEvent>, OpenAI6.Responses.ResponseStreamEvent>,
  Fits<ResponseEvent["type"], OpenAI.Responses.ResponseStreamEvent["type"]>,
];

test("the contract stands in types", () => expect(true).toBe(true));
