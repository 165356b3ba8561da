/** The chunks of a chat stream as the server-sent events of a response. */
import type { ChatCompletionChunk } from "../chat/answer.ts";
import type { ApiError } from "../error.ts";
import { type Context, Draft } from "./draft.ts";
import type { ResponseEvent } from "./event.ts";
import { fromApiError, thrownFailure } from "./failure.ts";
import type { Response } from "./object.ts";
import type { ResponseCreateParams } from "./params.ts";

export interface StreamContext extends Context {
  /** What a client is told of something thrown; the place to log it. */
  failure?: (thrown: unknown) => ApiError;
  /** Told of the final response, before its last event goes out. */
  settled?: (response: Response) => void;
}

/**
 * One frame at a time, each numbered: `event: <type>`, `data: {"type", "sequence_number", …}`. The
 * first two come before the first chunk is asked for. No `[DONE]` follows: `response.completed`,
 * `response.incomplete` or `response.failed` is the last, and its response is what `fromChat` gives
 * for the same answer. Never throws: what `chunks` throws, or says in an `error`, fails the response.
 */
export async function* responseEvents(
  params: ResponseCreateParams,
  chunks: AsyncIterable<ChatCompletionChunk>,
  { failure = thrownFailure, settled, ...context }: StreamContext = {},
): AsyncGenerator<string, void, undefined> {
  const ready: string[] = [];
  let sequence = 0;
  const emit = ({ type, ...rest }: ResponseEvent) => {
    const data = { type, sequence_number: sequence++, ...rest };
    ready.push(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const draft = new Draft(params, context, emit);
  emit({ type: "response.created", response: draft.empty });
  emit({ type: "response.in_progress", response: draft.empty });
  yield* ready.splice(0);
  try {
    for await (const chunk of chunks) {
      draft.take(chunk);
      yield* ready.splice(0);
      if (draft.failed) break;
    }
  } catch (thrown) {
    draft.fail(fromApiError(failure(thrown)));
  }
  const response = draft.settle();
  settled?.(response);
  emit({ type: `response.${response.status}` as const, response });
  yield* ready.splice(0);
}
