/** fal's own response on its way to the client, in the form that was asked for. */
import { toApiError } from "../errors.ts";
import { FalError, incompleteAnswer, providerError } from "../fal/error.ts";
import { serverEvents } from "../fal/events.ts";
import { isEventStream } from "../fal/language.ts";
import type { EndState } from "../fal/purchase.ts";
import type { Deadline } from "../http/deadline.ts";
import { eventStream, frame } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import { within } from "../http/within.ts";
import { parsed } from "../openai/chat/read.ts";
import { fromApiError } from "../openai/responses/failure.ts";
import { type Fields, isFields } from "../openai/responses/field.ts";
import { normalResponse } from "../openai/responses/normal.ts";
import type { ResponseCreateParams } from "../openai/responses/params.ts";
import { replay } from "../openai/responses/replay.ts";
import { type PaidAnswer, streamSettled } from "./paid-answer.ts";
import { HESITATION_MS, providerJson } from "./provider.ts";

export interface Passing {
  /** As the client wrote them, its name for the model among them. */
  params: ResponseCreateParams & { model: string };
  trace: Trace;
  deadline: Deadline;
  /** Milliseconds after which a silent stream says that it lives. */
  silence: number;
  /** Told what was put out: a client may refer to it. */
  remember(output: readonly Fields[]): void;
}

const LAST = /^response\.(completed|incomplete|failed)$/;

/** A failure before the first event still gets its own HTTP status. */
export async function passed(answer: PaidAnswer, passing: Passing): Promise<Response> {
  const { params, trace, silence } = passing;
  const events = isEventStream(answer)
    ? remembered(counted(given(answer, passing), answer), passing)
    : remembered(whole(answer, passing), passing);
  if (!params.stream) return Response.json(await outcome(events, answer.key.name));
  const first = events.next();
  await within(first, HESITATION_MS);
  return eventStream(written(first, events, passing), { trace, silence });
}

async function* remembered(events: AsyncGenerator<Fields, void>, { remember }: Passing) {
  for await (const event of events) {
    const { response, type } = event;
    const output = LAST.test(String(type)) && isFields(response) ? response.output : undefined;
    if (Array.isArray(output)) remember(output.filter(isFields));
    yield event;
  }
}

/** The last event bears what the response has cost. */
async function* counted(events: AsyncGenerator<Fields, void>, answer: PaidAnswer) {
  let state: EndState = "cancelled";
  let usage: unknown;
  let count = 0;
  try {
    for await (const event of events) {
      const { response, type } = event;
      count += 1;
      if (isFields(response)) usage = response.usage ?? usage;
      if (LAST.test(String(type))) state = type === "response.failed" ? "failed" : "completed";
      yield event;
    }
  } catch (error) {
    state = "failed";
    throw error;
  } finally {
    streamSettled(answer, state, usage, count);
  }
}

/** Each event as the upstream sent it, but for its response; throws where the stream breaks. */
async function* given(
  { response, key }: PaidAnswer,
  passing: Passing,
): AsyncGenerator<Fields, void> {
  const { deadline, params } = passing;
  const cut = (cause?: unknown) =>
    incompleteAnswer("the language model's response was cut short", key.name, cause);
  try {
    for await (const { data } of serverEvents(response.body!)) {
      if (data === "[DONE]") continue;
      const event = parsed(data);
      if (typeof event?.type !== "string") throw event?.error ? providerError(event.error) : cut();
      deadline.extend();
      const { type, response } = event;
      yield isFields(response) ? { ...event, response: normalResponse(response, params) } : event;
      if (LAST.test(type)) return;
    }
    throw cut();
  } catch (error) {
    if (deadline.passed()) throw deadline.signal.reason;
    throw error instanceof FalError ? error : cut(error);
  } finally {
    deadline.clear();
  }
}

async function* whole(answer: PaidAnswer, passing: Passing): AsyncGenerator<Fields, void> {
  const body = await providerJson(answer, "output");
  passing.deadline.clear();
  yield* replay(normalResponse(body, passing.params));
}

/** The response that the last event bears. */
async function outcome(events: AsyncIterable<Fields>, key: string): Promise<unknown> {
  let last: Fields = {};
  for await (const event of events) {
    if (event.type === "error") throw providerError(event, key);
    last = event;
  }
  return last.response;
}

/** A stream that breaks ends as a failed response: not every SDK throws at an `error` event. */
async function* written(
  first: Promise<IteratorResult<Fields, void>>,
  events: AsyncGenerator<Fields, void>,
  { deadline, trace }: Passing,
): AsyncGenerator<string> {
  let sequence = 0;
  let response: unknown;
  try {
    for (let step = await first; !step.done; step = await events.next()) {
      const event = step.value;
      response = event.response ?? response;
      sequence = Math.max(sequence, Number(event.sequence_number) + 1 || 0);
      yield frame(String(event.type), event);
    }
  } catch (error) {
    if (deadline.signal.aborted && !deadline.passed()) return; // The client has left.
    trace.error = error;
    yield failed(error, response, sequence);
  } finally {
    await events.return();
  }
}

function failed(error: unknown, response: unknown, sequence_number: number): string {
  const seen = toApiError(error);
  if (isFields(response)) {
    const body = { ...response, status: "failed", error: fromApiError(seen) };
    const type = "response.failed";
    return frame(type, { type, response: body, sequence_number });
  }
  const { code, message, param } = seen;
  return frame("error", { type: "error", code, message, param, sequence_number });
}
