/** That the types of what is written are OpenAI's own: checked by `bun check`, not at run time. */
import { expect, test } from "bun:test";
import type OpenAI from "openai";
import type OpenAI6 from "openai-6";
import type { WrittenChunk, WrittenCompletion } from "../../../src/openai/chat/written.ts";

type Fits<Ours extends Theirs, Theirs> = Ours;

/** Counts are OpenRouter's, which knows more of them and other nulls. */
type Told<T> = Omit<T, "usage" | "choices"> & {
  choices: T extends { choices: (infer Choice)[] } ? Omit<Choice, "finish_reason">[] : never;
};

export type Contract = [
  Fits<WrittenCompletion, Told<OpenAI.ChatCompletion>>,
  Fits<WrittenCompletion, Told<OpenAI6.ChatCompletion>>,
  Fits<WrittenChunk, Told<OpenAI.ChatCompletionChunk>>,
  Fits<WrittenChunk, Told<OpenAI6.ChatCompletionChunk>>,
  Fits<
    WrittenCompletion["choices"][number]["finish_reason"],
    OpenAI.ChatCompletion.Choice["finish_reason"]
  >,
];

test("the contract stands in types", () => expect(true).toBe(true));
