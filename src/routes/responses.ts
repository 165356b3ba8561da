/** `/v1/responses`: fal's own where it has one, else built on its chat completions. */
import { Elysia } from "elysia";
import { admitted } from "../accounts/principal.ts";
import { toApiError } from "../errors.ts";
import { FalError } from "../fal/error.ts";
import type { Deadline } from "../http/deadline.ts";
import { answers, requests } from "../http/answers.ts";
import { late } from "../http/late.ts";
import { passingBody, textOf } from "../http/parse.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import { withModel } from "../openai/chat/model-field.ts";
import { withUsage } from "../openai/chat/usage-field.ts";
import { ResponseAnswer } from "../openai/responses/answer.ts";
import { responseEvents } from "../openai/responses/events.ts";
import { ResponseCreateParams } from "../openai/responses/params.ts";
import { answerable, toChat } from "../openai/responses/request.ts";
import { fromChat } from "../openai/responses/response.ts";
import { buyerOf } from "./buyer.ts";
import { chunks } from "./chunks.ts";
import type { Deps } from "./deps.ts";
import { errorFrame } from "./errors.ts";
import { RESPONSE_ANSWERS, RESPONSE_EVENTS, RESPONSE_REQUESTS } from "./examples/responses.ts";
import { wholeCompletion } from "./language.ts";
import { languageModel } from "./model.ts";
import { buyAnswer, type PaidAnswer, type Question } from "./paid-answer.ts";
import { ask, conversationDeadline } from "./provider.ts";
import { createRecall, recalled } from "./recall.ts";
import { passed } from "./responses-native.ts";

/** What answers when the client names no model. */
const DEFAULT_MODEL = "gpt-4o-mini";

/** How long a refusal of fal's is believed. */
const REFUSED_MS = 60 * 60_000;

export function responses(deps: Deps) {
  const { config } = deps;
  const recall = createRecall();
  const silence = config.streamKeepalive * 1000;
  let refusedUntil = 0;

  async function respond(params: ResponseCreateParams, request: Request): Promise<Response> {
    const traced = trace(request);
    const name = params.model ?? DEFAULT_MODEL;
    traced.model = name;
    const { upstream } = languageModel(deps, name, request);
    answerable(params);
    const deadline = conversationDeadline(request, config.requestTimeout);
    const lined = Promise.withResolvers<number>();
    const answered = deadline.guard(async () => {
      const { id: owner } = admitted(request);
      const native = await offered({
        path: "responses",
        buyer: buyerOf(request, name, lined.resolve),
        said: params,
        text: textFor(params, request, upstream, owner),
        signal: deadline.signal,
      });
      traced.upstreamMs = performance.now() - traced.started;
      const remember = (output: readonly { id?: unknown }[]) => recall.remember(owner, output);
      const asked = { ...params, model: name };
      const passing = { params: asked, trace: traced, deadline, silence, remember };
      if (native) return passed(native, passing);
      const answer = await built(asked, upstream, request, deadline);
      // The model is there, so it was the route that was not.
      if (Date.now() > refusedUntil) refusedUntil = Date.now() + REFUSED_MS;
      return answer;
    });
    if (!params.stream) return answered;
    return late(answered, { lined: lined.promise, trace: traced, silence, fail: errorFrame });
  }

  /** The body as it came, unless it refers to what only this process remembers. */
  function textFor(params: ResponseCreateParams, request: Request, model: string, owner: string) {
    const text = textOf(request);
    if (!text.includes("item_reference")) return withModel(text, model);
    const input = recalled(params.input, (id) => recall.find(owner, id));
    return JSON.stringify({ ...params, model, input });
  }

  /** fal's own answer, or nothing where it has none to give. */
  async function offered(question: Question): Promise<PaidAnswer | undefined> {
    if (Date.now() < refusedUntil) return undefined;
    try {
      return await buyAnswer(deps, question);
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
    const named = JSON.stringify({ ...chat, model: upstream });
    const text = params.stream ? withUsage(named, chat.stream_options) : named;
    const answer = await ask(deps, {
      path: "chat/completions",
      buyer: buyerOf(request, params.model),
      said: chat,
      text,
      signal: deadline.signal,
    });
    traced.upstreamMs = performance.now() - traced.started;
    if (!params.stream) {
      const completion = await wholeCompletion(answer, deadline);
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
    return eventStream(events, { trace: traced, silence });
  }

  return new Elysia({ prefix: "/v1", tags: ["Chat"] }).post(
    "/responses",
    ({ body, request }) => respond(body, request),
    {
      parse: passingBody(config.maxBodySize * 1e6),
      body: ResponseCreateParams,
      detail: {
        operationId: "createResponse",
        summary: "Respond",
        description:
          "OpenAI's Responses: text and tools, plain or streamed. Nothing is stored, so " +
          "`previous_response_id` is refused; the items of the latest answers may be referred to by id.",
        security: [{ bearer: [] }],
        ...requests(RESPONSE_REQUESTS),
        responses: answers(ResponseAnswer, [400, 401, 402, 404, 413, 429, 502, 503, 504], {
          examples: RESPONSE_ANSWERS,
          events: RESPONSE_EVENTS,
        }),
      },
    },
  );
}

/** Either the route or the model is not there; chat completions tell which. */
const isRefusal = (error: unknown) =>
  error instanceof FalError && [404, 405, 501].includes(error.status);
