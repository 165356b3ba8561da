/** A whole chat completion: put into OpenAI's form, or cut into the chunks of a stream. */
import type { ChatCompletion, ChatCompletionChunk, ChatDelta } from "./answer.ts";
import { textOf } from "./chunk.ts";
import { told } from "./read.ts";
import type { WrittenCompletion, WrittenMessage } from "./written.ts";

export interface CompletionOptions {
  /** The model's name as the client wrote it. */
  model: string;
  id: string;
  /** Unix seconds. */
  created: number;
}

/** What the upstream gave, with the fields that OpenAI's schema requires and others leave out. */
export function normalCompletion(
  given: ChatCompletion,
  options: CompletionOptions,
): WrittenCompletion {
  const choices = given.choices ?? [];
  return {
    ...told(given),
    id: given.id ?? options.id,
    object: "chat.completion",
    created: given.created ?? options.created,
    model: options.model,
    choices: choices.map(({ message, ...choice }, index) => ({
      ...choice,
      index: choice.index ?? index,
      finish_reason: choice.finish_reason ?? "stop",
      logprobs: choice.logprobs ?? null,
      message: normalMessage(message ?? {}),
    })),
  } as WrittenCompletion;
}

function normalMessage({ reasoning, reasoning_content, ...given }: ChatDelta): WrittenMessage {
  const thought = reasoning_content ?? reasoning;
  const calls = given.tool_calls?.map((call) => ({ type: "function", ...call }));
  return {
    ...given,
    role: "assistant",
    content: textOf(given.content) ?? null,
    refusal: given.refusal ?? null,
    ...(thought ? { reasoning: thought, reasoning_content: thought } : {}),
    ...(calls ? { tool_calls: calls } : {}),
  } as WrittenMessage;
}

/** The same answer as a stream would have given it, for a model that does not stream. */
export function chunksOf(completion: ChatCompletion): ChatCompletionChunk[] {
  const { choices = [], usage, object: _, ...rest } = completion;
  const head = { ...rest, object: "chat.completion.chunk" };
  const spoken = choices.map(({ message, ...choice }, at) => {
    const { tool_calls, ...said } = message ?? {};
    const calls = tool_calls?.map((call, index) => ({ ...call, index }));
    const delta = { ...said, ...(calls ? { tool_calls: calls } : {}) };
    const finish_reason = choice.finish_reason ?? "stop";
    return { ...head, choices: [{ ...choice, index: choice.index ?? at, delta, finish_reason }] };
  });
  return [...spoken, ...(usage ? [{ ...head, choices: [], usage }] : [])];
}
