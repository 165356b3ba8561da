/** `/v1/responses`: fal's own where it has one, else built on its chat completions. */
import { Elysia } from "elysia";
import { admitted } from "../accounts/keys.ts";
import { toApiError } from "../errors.ts";
import { FalError, incompleteAnswer } from "../fal/error.ts";
import { serverEvents } from "../fal/events.ts";
import type { Answer } from "../fal/transport.ts";
import type { Deadline } from "../http/deadline.ts";
import { answers } from "../http/answers.ts";
import { passingBody, textOf } from "../http/parse.ts";
import { eventStream, frame } from "../http/stream.ts";
import { trace, type Trace } from "../http/trace.ts";
import { withModel } from "../openai/chat/model-field.ts";
import { ResponseAnswer } from "../openai/responses/answer.ts";
import { responseEvents } from "../openai/responses/events.ts";
import { ResponseCreateParams } from "../openai/responses/params.ts";
import { toChat } from "../openai/responses/request.ts";
import { fromChat } from "../openai/responses/response.ts";
import type { ChatCompletion } from "../openai/chat.ts";
import { chunks } from "./chunks.ts";
import type { Deps } from "./deps.ts";
import { conversationDeadline, isEventStream, providerJson } from "./language.ts";
import { languageModel } from "./model.ts";
import { createRecall } from "./recall.ts";

/** What answers when the client names no model. */
const DEFAULT_MODEL = "gpt-4o-mini";

/** How long a refusal of fal's is believed. */
const REFUSED_MS = 60 * 60_000;

export function responses(deps: Deps) {
  const { config, language } = deps;
  const recall = createRecall();
  let refusedUntil = 0;

  async function respond(params: ResponseCreateParams, request: Request): Promise<Response> {
    const traced = trace(request);
    const name = params.model ?? DEFAULT_MODEL;
    traced.model = name;
    const { upstream } = languageModel(deps, name);
    const deadline = conversationDeadline(request, config.requestTimeout);
    return deadline.guard(async () => {
      const native = await offered(withModel(textOf(request), upstream), deadline);
      traced.upstreamMs = performance.now() - traced.started;
      if (native) return passed(native, name, traced, deadline);
      const answer = await built({ ...params, model: name }, upstream, request, deadline);
      // The model is there, so it was the route that was not.
      if (Date.now() > refusedUntil) refusedUntil = Date.now() + REFUSED_MS;
      return answer;
    });
  }

  /** fal's own answer, or nothing where it has none to give. */
  async function offered(text: string, { signal }: Deadline): Promise<Answer | undefined> {
    if (Date.now() < refusedUntil) return undefined;
    try {
      return await language.post("responses", text, signal);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  async function built(
    params: ResponseCreateParams & { model: string },
    upstream: string,
    request: Request,
    deadline: Deadline,
  ): Promise<Response> {
    const traced = trace(request);
    const { id: owner } = admitted(request);
    const chat = toChat(params, (id) => recall.find(owner, id));
    const text = JSON.stringify({ ...chat, model: upstream });
    const answer = await language.post("chat/completions", text, deadline.signal);
    traced.upstreamMs = performance.now() - traced.started;
    if (!params.stream) {
      const completion = (await providerJson(answer, "choices")) as ChatCompletion;
      deadline.clear();
      const response = fromChat(params, completion);
      recall.remember(owner, response.output);
      return Response.json(response);
    }
    const failure = (thrown: unknown) => {
      const error = deadline.passed() ? deadline.signal.reason : thrown;
      traced.error = error;
      return toApiError(error);
    };
    const events = responseEvents(params, await chunks(answer, deadline), {
      failure,
      settled: ({ output }) => recall.remember(owner, output),
    });
    return eventStream(events, { trace: traced });
  }

  return new Elysia({ prefix: "/v1", tags: ["Chat"] }).post(
    "/responses",
    ({ body, request }) => respond(body, request),
    {
      parse: passingBody(config.maxBodySize * 1e6),
      body: ResponseCreateParams,
      detail: {
        summary: "Respond",
        description:
          "OpenAI's Responses: text and tools, plain or streamed. Nothing is stored, so " +
          "`previous_response_id` is refused; the items of the latest answers may be referred to by id.",
        security: [{ bearer: [] }],
        responses: answers(ResponseAnswer, [400, 401, 402, 404, 413, 429, 502, 504]),
      },
    },
  );
}

/** Either the route or the model is not there; chat completions tell which. */
const isRefusal = (error: unknown) =>
  error instanceof FalError && [404, 405, 501].includes(error.status);

/** fal's own response under the client's name for the model. */
async function passed(
  answer: Answer,
  model: string,
  traced: Trace,
  deadline: Deadline,
): Promise<Response> {
  if (isEventStream(answer)) {
    return eventStream(relayed(answer, traced, deadline), { trace: traced });
  }
  const body = await providerJson(answer, "output");
  deadline.clear();
  return Response.json({ ...body, model });
}

/** The upstream's events as they came, without its comments; a broken stream ends in an error event. */
async function* relayed({ response, key }: Answer, traced: Trace, deadline: Deadline) {
  let sequence = 0;
  try {
    for await (const { event, data } of serverEvents(response.body!)) {
      deadline.extend();
      sequence += 1;
      if (data !== "[DONE]") yield `event: ${event}\ndata: ${data}\n\n`;
      if (/^response\.(completed|incomplete|failed)$/.test(event)) return;
    }
    throw incompleteAnswer("the response was cut short", key.name);
  } catch (error) {
    if (deadline.signal.aborted && !deadline.passed()) return; // The client has left.
    const cut = () => incompleteAnswer("the response was cut short", key.name, error);
    traced.error = deadline.passed() ? deadline.signal.reason : cut();
    const { code, message, param } = toApiError(traced.error);
    yield frame("error", { type: "error", code, message, param, sequence_number: sequence });
  } finally {
    deadline.clear();
  }
}
