/** A language model's answer as parsed chunks, whichever form it came in. */
import { FalError, incompleteAnswer, providerError } from "../fal/error.ts";
import { serverEvents } from "../fal/events.ts";
import type { Answer } from "../fal/transport.ts";
import type { Deadline } from "../http/deadline.ts";
import { within } from "../http/within.ts";
import type { ChatCompletionChunk } from "../openai/chat.ts";
import { chunksOf } from "../openai/chat/completion.ts";
import type { ChatCompletion } from "../openai/chat/shapes.ts";
import { HESITATION_MS, isEventStream, providerJson } from "./language.ts";

/**
 * Resolves once the first chunk is there, or the wait for it grows long: a failure until then is
 * thrown and gets its own HTTP status.
 */
export async function chunks(
  answer: Answer,
  deadline: Deadline,
): Promise<AsyncIterable<ChatCompletionChunk>> {
  if (!isEventStream(answer)) {
    const completion = (await providerJson(answer, "choices")) as unknown as ChatCompletion;
    return listed(chunksOf(completion) as ChatCompletionChunk[], deadline);
  }
  const rest = streamed(answer, deadline);
  const first = rest.next();
  const early = await within(first, HESITATION_MS);
  const error = early && !early.done ? early.value.error : undefined;
  if (error) throw providerError(error, answer.key.name);
  return resumed(first, rest);
}

async function* listed(items: readonly ChatCompletionChunk[], deadline: Deadline) {
  deadline.clear();
  yield* items;
}

async function* streamed({ response, key }: Answer, deadline: Deadline) {
  try {
    for await (const { data } of serverEvents(response.body!)) {
      deadline.extend();
      if (data === "[DONE]") return;
      yield parsed(data, key.name);
    }
  } catch (error) {
    if (error instanceof FalError) throw error;
    throw incompleteAnswer("the language model's answer was cut short", key.name, error);
  } finally {
    deadline.clear();
  }
}

function parsed(data: string, key: string): ChatCompletionChunk {
  try {
    return JSON.parse(data) as ChatCompletionChunk;
  } catch (cause) {
    throw incompleteAnswer("the language model sent something that is no chunk", key, cause);
  }
}

async function* resumed<T>(first: Promise<IteratorResult<T>>, rest: AsyncGenerator<T>) {
  const head = await first;
  if (head.done) return;
  yield head.value;
  yield* rest;
}
