/** Chat answers to translate, and what the frames of a response's stream say. */
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  ChatUsage,
} from "../../../src/openai/chat/answer.ts";
import { responseEvents, type StreamContext } from "../../../src/openai/responses/events.ts";
import type { ResponseCreateParams } from "../../../src/openai/responses/params.ts";

export const CONTEXT = { id: "resp_1", now: () => 1_800_000_000_900 };

export const USAGE: ChatUsage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

export const completion = (
  message: ChatDelta,
  finish_reason = "stop",
  extra: ChatCompletion = {},
): ChatCompletion => ({
  id: "gen-1",
  model: "openai/gpt-4o-mini",
  choices: [{ index: 0, finish_reason, message: { role: "assistant", ...message } }],
  usage: USAGE,
  ...extra,
});

/** One chunk for each delta, then the reason and the usage, as OpenAI's stream ends. */
export function chunked(deltas: ChatDelta[], finish_reason = "stop"): ChatCompletionChunk[] {
  const model = "openai/gpt-4o-mini";
  return [
    {
      model,
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
    },
    ...deltas.map((delta) => ({ model, choices: [{ index: 0, delta, finish_reason: null }] })),
    { model, choices: [{ index: 0, delta: {}, finish_reason }] },
    { model, choices: [], usage: USAGE },
  ];
}

export const fn = (index: number, id: string, name: string, args = ""): ChatDelta => ({
  tool_calls: [{ index, id, type: "function", function: { name, arguments: args } }],
});

export const args = (index: number, piece: string): ChatDelta => ({
  tool_calls: [{ index, function: { arguments: piece } }],
});

export async function* stream<T>(items: Iterable<T>, failure?: unknown): AsyncGenerator<T> {
  yield* items;
  if (failure !== undefined) throw failure;
}

export interface Event {
  type: string;
  sequence_number: number;
  [key: string]: unknown;
}

/** The stream's events, after its framing has been held against the rules. */
export async function eventsOf(
  params: ResponseCreateParams,
  chunks: AsyncIterable<ChatCompletionChunk>,
  context: StreamContext = CONTEXT,
): Promise<Event[]> {
  const frames = await Array.fromAsync(responseEvents(params, chunks, context));
  return frames.map((frame, index) => {
    const [, name, data] = /^event: (\S+)\ndata: ([^\n]+)\n\n$/.exec(frame) ?? [];
    const event = JSON.parse(data ?? "{}") as Event;
    if (event.type !== name || event.sequence_number !== index) throw new Error(`wrong: ${frame}`);
    return event;
  });
}

/** The response of the last event. */
export const final = (events: Event[]) => events.at(-1)!["response"] as Record<string, unknown>;
