/** A language model's answer as parsed chunks, whichever form it came in. */
import { FalError, incompleteAnswer, providerError } from "../fal/error.ts";
import { serverEvents } from "../fal/events.ts";
import { isEventStream } from "../fal/language.ts";
import type { EndState } from "../fal/purchase.ts";
import type { Deadline } from "../http/deadline.ts";
import { within } from "../http/within.ts";
import type { ChatCompletionChunk } from "../openai/chat/answer.ts";
import { chunksOf } from "../openai/chat/completion.ts";
import { readChunk } from "../openai/chat/read.ts";
import { type PaidAnswer, streamSettled } from "./paid-answer.ts";
import { faultOf, HESITATION_MS, providerCompletion } from "./provider.ts";

/**
 * Resolves once the first chunk is there, or the wait for it grows long: a failure until then is
 * thrown and gets its own HTTP status.
 */
export async function chunks(
  answer: PaidAnswer,
  deadline: Deadline,
): Promise<AsyncIterable<ChatCompletionChunk>> {
  if (!isEventStream(answer)) {
    return listed(chunksOf(await providerCompletion(answer)), deadline);
  }
  const rest = streamed(answer, deadline);
  const first = rest.next();
  await within(first, HESITATION_MS);
  return resumed(first, rest);
}

async function* listed(items: readonly ChatCompletionChunk[], deadline: Deadline) {
  deadline.clear();
  yield* items;
}

async function* streamed(answer: PaidAnswer, deadline: Deadline) {
  const { response, key } = answer;
  let state: EndState = "cancelled";
  let usage: unknown;
  let count = 0;
  try {
    for await (const { data } of serverEvents(response.body!)) {
      deadline.extend();
      if (data === "[DONE]") break;
      const chunk = judged(data, key.name);
      usage = chunk.usage ?? usage;
      count += 1;
      yield chunk;
    }
    state = "completed";
  } catch (error) {
    state = "failed";
    if (error instanceof FalError) throw error;
    throw incompleteAnswer("the language model's answer was cut short", key.name, error);
  } finally {
    deadline.clear();
    streamSettled(answer, state, usage, count);
  }
}

/** Throws what a failure in the place of a chunk, or of a choice, says. */
function judged(data: string, key: string): ChatCompletionChunk {
  const chunk = readChunk(data);
  if (!chunk) throw faultOf({ kind: "garbage", data }, key);
  const broken = chunk.choices?.find((one) => one.error || one.finish_reason === "error");
  const error = chunk.error ?? (broken && (broken.error ?? "The model failed."));
  if (error) throw providerError(error, key);
  return chunk;
}

async function* resumed<T>(first: Promise<IteratorResult<T>>, rest: AsyncGenerator<T>) {
  try {
    const head = await first;
    if (head.done) return;
    yield head.value;
    yield* rest;
  } finally {
    // Whoever stops at the first one has left: the upstream is told.
    await rest.return(undefined);
  }
}
