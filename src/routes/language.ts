/** A language model's answer on its way to the client: whole, or chunk by chunk. */
import { toApiError } from "../errors.ts";
import { FalError, providerError } from "../fal/error.ts";
import { createEventParser } from "../fal/events.ts";
import type { Answer } from "../fal/transport.ts";
import { createDeadline, type Deadline } from "../http/deadline.ts";
import { eventStream } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import { within } from "../http/within.ts";
import type { ChatCompletion } from "../openai/chat/shapes.ts";
import { chunksOf, normalCompletion } from "../openai/chat/completion.ts";
import { createRelay, type Relay, type StreamFault } from "../openai/chat/relay.ts";
import { ApiError } from "../openai/error.ts";

/** A failure within this time still gets its own HTTP status; then the stream opens and waits. */
const HESITATION_MS = 10_000;

export interface Conversation {
  /** The model's name as the client wrote it. */
  model: string;
  stream: boolean;
  usage: boolean;
  trace: Trace;
  deadline: Deadline;
}

/** Ends when the client leaves, or when the model is silent for `seconds`. */
export function conversationDeadline(request: Request, seconds: number): Deadline {
  return createDeadline(
    request.signal,
    seconds * 1000,
    () =>
      new ApiError(504, `The model said nothing for ${seconds} s.`, "timeout_error", {
        code: "timeout",
      }),
  );
}

/** The upstream's answer in the form that the client asked for, whatever form it came in. */
export async function converse(answer: Answer, talk: Conversation): Promise<Response> {
  const { response, key } = answer;
  const { model, deadline, trace } = talk;
  const own = { model, id: `chatcmpl-${trace.id}`, created: Math.floor(Date.now() / 1000) };
  if (/event-stream/.test(response.headers.get("content-type") ?? "") && response.body) {
    return streamed(pieces(response.body), key.name, own, talk);
  }
  const completion = (await providerJson(answer, "choices")) as unknown as ChatCompletion;
  if (talk.stream) {
    const chunks = chunksOf(completion).map((chunk) => [JSON.stringify(chunk)]);
    return streamed(from([...chunks, ["[DONE]"]]), key.name, own, talk);
  }
  deadline.clear();
  return Response.json(normalCompletion(completion, own));
}

type Own = { model: string; id: string; created: number };

async function streamed(
  data: AsyncIterable<string[]>,
  key: string,
  own: Own,
  { usage, trace, deadline }: Conversation,
): Promise<Response> {
  const fail = (fault: StreamFault) => {
    const error = faultOf(fault, key);
    trace.error = error;
    return toApiError(error).body();
  };
  const relay = createRelay({ ...own, usage, fail });
  const frames = relayed(data, relay, deadline);
  const first = frames.next();
  const early = await within(first, HESITATION_MS);
  const fault = early && relay.fault();
  if (fault) throw faultOf(fault, key);
  return eventStream(resumed(first, frames), { trace });
}

/** The upstream's chunks through the relay. Leaving the loop closes the upstream at once. */
async function* relayed(
  data: AsyncIterable<string[]>,
  relay: Relay,
  deadline: Deadline,
): AsyncGenerator<string> {
  try {
    for await (const batch of data) {
      let text = "";
      for (const piece of batch) text += relay.push(piece);
      if (text === "") continue;
      deadline.extend();
      yield text;
      if (relay.done()) return;
    }
  } catch (error) {
    if (deadline.signal.aborted && !deadline.passed()) return; // The client has left.
    yield relay.fail(
      deadline.passed() ? { kind: "error", error: deadline.signal.reason } : { kind: "cut" },
    );
    return;
  } finally {
    deadline.clear();
  }
  yield relay.end();
}

/** The data of every event that one piece of the network completed. */
async function* pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const parser = createEventParser();
  for await (const chunk of body) yield parser.push(chunk).map(({ data }) => data);
}

async function* from(batches: readonly string[][]): AsyncGenerator<string[]> {
  yield* batches;
}

/** An iterator whose first step has been asked for already. */
function resumed<T>(first: Promise<IteratorResult<T>>, rest: AsyncGenerator<T>): AsyncIterable<T> {
  let taken = false;
  const next = () => {
    if (taken) return rest.next();
    taken = true;
    return first;
  };
  const leave = () => rest.return(undefined);
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
}

/**
 * A JSON answer that must hold a list under `key`. Throws where a provider's failure comes under
 * status 200, and where the answer is something else altogether.
 */
export async function providerJson(
  { response, key }: Answer,
  list: "choices" | "data" | "output",
): Promise<Record<string, unknown>> {
  const text = await response.text();
  const body = parse(text);
  if (body?.error) throw providerError(body.error, key.name);
  if (Array.isArray(body?.[list])) return body as Record<string, unknown>;
  throw faultOf({ kind: "garbage", data: text }, key.name);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // Garbage is told apart by its caller.
  }
}

function faultOf(fault: StreamFault, key: string): Error {
  if (fault.kind === "error") {
    return fault.error instanceof Error ? fault.error : providerError(fault.error, key);
  }
  const message =
    fault.kind === "cut"
      ? "the language model's answer was cut short"
      : "the language model's answer is no chat completion";
  return new FalError({ status: 502, message, errorType: "runner_incomplete_response", key });
}
