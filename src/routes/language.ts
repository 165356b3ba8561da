/** A language model's answer on its way to the client: whole, or chunk by chunk. */
import { toApiError } from "../errors.ts";
import { isEventStream } from "../fal/language.ts";
import type { Purchase } from "../fal/purchase.ts";
import type { Deadline } from "../http/deadline.ts";
import { eventStream } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import { within } from "../http/within.ts";
import type { ChatCompletion } from "../openai/chat/answer.ts";
import { chunksOf, normalCompletion } from "../openai/chat/completion.ts";
import { gather } from "../openai/chat/gather.ts";
import {
  createRelay,
  type Relay,
  type RelayOptions,
  type StreamFault,
} from "../openai/chat/relay.ts";
import type { ErrorBody } from "../openai/error.ts";
import { chunks } from "./chunks.ts";
import { type PaidAnswer, streamSettled } from "./paid-answer.ts";
import { faultOf, HESITATION_MS, providerCompletion } from "./provider.ts";
import { type Ending, relayed } from "./relayed.ts";

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
    return streamed(response.body, new Open(own, talk, key.name, answer), talk);
  }
  const completion = await wholeCompletion(answer, deadline);
  if (talk.stream) {
    const pieces = chunksOf(completion).map((chunk) => JSON.stringify(chunk));
    const events = [...pieces, "[DONE]"].map((data) => `data: ${data}\n\n`);
    return streamed(new Blob(events).stream(), new Open(own, talk, key.name), talk);
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

/**
 * What is held of a conversation while its stream is open. A class for its memory: thousands of them
 * are, and a closure would keep all that stands around it, such as the upstream's response.
 */
class Open implements RelayOptions, Ending {
  readonly model: string;
  readonly id: string;
  readonly created: number;
  readonly usage: boolean;
  readonly #trace: Trace;
  readonly #key: string;
  readonly #purchase: Purchase | undefined;
  readonly #asked: number;

  /** `paid` where its end is not told yet. */
  constructor(own: Own, { usage, trace }: Conversation, key: string, paid?: PaidAnswer) {
    this.model = own.model;
    this.id = own.id;
    this.created = own.created;
    this.usage = usage;
    this.#trace = trace;
    this.#key = key;
    this.#purchase = paid?.purchase;
    this.#asked = paid?.asked ?? 0;
  }

  fail(fault: StreamFault): ErrorBody {
    const error = this.errorOf(fault);
    this.#trace.error = error;
    return toApiError(error).body();
  }

  errorOf(fault: StreamFault): Error {
    return faultOf(fault, this.#key);
  }

  over(relay: Relay, length: number): void {
    if (!this.#purchase) return;
    const state = relay.fault() ? "failed" : relay.done() ? "completed" : "cancelled";
    const call = { purchase: this.#purchase, asked: this.#asked };
    streamSettled(call, state, relay.usage(), length / CHUNK);
  }
}

async function streamed(
  body: ReadableStream<Uint8Array>,
  open: Open,
  { trace, deadline, silence }: Conversation,
): Promise<Response> {
  const relay = createRelay(open);
  const frames = relayed(body, relay, deadline, open);
  const early = await within(frames.begin(), HESITATION_MS);
  const fault = early && relay.fault();
  if (fault) {
    open.over(relay, 0);
    throw open.errorOf(fault);
  }
  return eventStream(frames, { trace, silence });
}
