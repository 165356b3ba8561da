/** A whole chat completion: put into OpenAI's form, or cut into the chunks of a stream. */
import type { ChatCompletion, ChatCompletionChunk } from "./shapes.ts";

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
): ChatCompletion {
  return {
    ...given,
    id: given.id ?? options.id,
    object: "chat.completion",
    created: given.created ?? options.created,
    model: options.model,
    choices: given.choices.map((choice, index) => {
      const { message } = choice;
      const thought = message.reasoning_content ?? message.reasoning;
      return {
        ...choice,
        index: choice.index ?? index,
        finish_reason: choice.finish_reason ?? "stop",
        logprobs: choice.logprobs ?? null,
        message: {
          ...message,
          role: "assistant",
          content: message.content ?? null,
          refusal: message.refusal ?? null,
          ...(thought ? { reasoning: thought, reasoning_content: thought } : {}),
        },
      };
    }),
  };
}

/** The same answer as a stream would have given it, for a model that does not stream. */
export function chunksOf(completion: ChatCompletion): ChatCompletionChunk[] {
  const { choices, usage, object: _, ...rest } = completion;
  const head = { ...rest, object: "chat.completion.chunk" as const };
  const spoken = choices.map(({ index = 0, message, finish_reason }) => {
    const { role: __, refusal, tool_calls, ...delta } = message;
    return {
      ...head,
      choices: [
        {
          index,
          delta: {
            ...delta,
            ...(refusal ? { refusal } : {}),
            ...(tool_calls
              ? { tool_calls: tool_calls.map((call, at) => ({ index: at, ...call })) }
              : {}),
          },
          finish_reason: finish_reason ?? "stop",
        },
      ],
    };
  });
  return [...spoken, ...(usage ? [{ ...head, choices: [], usage }] : [])] as ChatCompletionChunk[];
}
