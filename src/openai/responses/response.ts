/** A whole chat completion as a response. */
import type { ChatCompletion } from "../chat/answer.ts";
import { type Context, Draft } from "./draft.ts";
import type { Response } from "./object.ts";
import type { ResponseCreateParams } from "./params.ts";

/**
 * The answer to `POST /v1/responses` without `stream`. `model` is the name as it was asked for.
 * A completion that carries an `error` becomes a response with the status `failed`.
 */
export function fromChat(
  params: ResponseCreateParams,
  completion: ChatCompletion,
  context: Context = {},
): Response {
  const draft = new Draft(params, context, () => {});
  draft.take({ ...completion, choices: completion.choices?.map(whole) });
  return draft.settle();
}

type Choice = NonNullable<ChatCompletion["choices"]>[number];

/** What a stream tells of every call, a completion tells by its place; and it is whole in any case. */
function whole({ message, ...choice }: Choice): Choice {
  const tool_calls = message?.tool_calls?.map((call, index) => ({ ...call, index }));
  return {
    ...choice,
    finish_reason: choice.finish_reason ?? "stop",
    message: { ...message, tool_calls },
  };
}
