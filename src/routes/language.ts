/** A language model's answer on its way to the client: whole, or chunk by chunk. */
import { toApiError } from "../errors.ts";
import type { Deadline } from "../http/deadline.ts";
import { eventStream } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import { within } from "../http/within.ts";
import type { ChatCompletion } from "../openai/chat/answer.ts";
import { chunksOf, normalCompletion } from "../openai/chat/completion.ts";
import { gather } from "../openai/chat/gather.ts";
import { createRelay, type Relay, type StreamFault } from "../openai/chat/relay.ts";
import { chunks } from "./chunks.ts";
import { type PaidAnswer, streamSettled } from "./paid-answer.ts";
import { faultOf, HESITATION_MS, isEventStream, providerCompletion } from "./provider.ts";
import { relayed } from "./relayed.ts";

export interface Conversation {
  /** The model's name as the client wrote it. */
  model: string;
  stream: boolean;
  usage: boolean;
  trace: Trace;
  deadline: Deadline;
  /** Milliseconds of silence after which a stream says that it lives. */
  silence: number;
}

/** The upstream's answer in the form that the client asked for, whatever form it came in. */
export async function converse(answer: PaidAnswer, talk: Conversation): Promise<Response> {
  const { response, key } = answer;
  const { model, deadline, trace } = talk;
  const own = { model, id: `chatcmpl-${trace.id}`, created: Math.floor(Date.now() / 1000) };
  if (talk.stream && isEventStream(answer) && response.body) {
    const settle = (relay: Relay, length: number) => {
      const state = relay.fault() ? "failed" : relay.done() ? "completed" : "cancelled";
      streamSettled(answer, state, relay.usage(), length / CHUNK);
    };
    return streamed(response.body, key.name, own, talk, settle);
  }
  const completion = await wholeCompletion(answer, deadline);
  if (talk.stream) {
    const pieces = chunksOf(completion).map((chunk) => JSON.stringify(chunk));
    const events = [...pieces, "[DONE]"].map((data) => `data: ${data}\n\n`);
    return streamed(new Blob(events).stream(), key.name, own, talk);
  }
  deadline.clear();
  return Response.json(normalCompletion(completion, own));
}

/** The answer to its end, also where it is a stream that nobody asked for. */
export async function wholeCompletion(
  answer: PaidAnswer,
  deadline: Deadline,
): Promise<ChatCompletion> {
  if (!isEventStream(answer)) return providerCompletion(answer);
  const gathering = gather();
  for await (const chunk of await chunks(answer, deadline)) gathering.add(chunk);
  if (gathering.complete()) return gathering.completion();
  throw faultOf({ kind: "cut" }, answer.key.name);
}

/** Characters that a stream takes for each token, with the JSON around it: told where nobody counts. */
const CHUNK = 300;

type Own = { model: string; id: string; created: number };

async function streamed(
  body: ReadableStream<Uint8Array>,
  key: string,
  own: Own,
  { usage, trace, deadline, silence }: Conversation,
  over?: (relay: Relay, length: number) => void,
): Promise<Response> {
  const fail = (fault: StreamFault) => {
    const error = faultOf(fault, key);
    trace.error = error;
    return toApiError(error).body();
  };
  const relay = createRelay({ ...own, usage, fail });
  const frames = relayed(body, relay, deadline, over);
  const early = await within(frames.begin(), HESITATION_MS);
  const fault = early && relay.fault();
  if (fault) {
    over?.(relay, 0);
    throw faultOf(fault, key);
  }
  return eventStream(frames, { trace, silence });
}
