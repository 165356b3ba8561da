/** `/v1/chat/completions`: language models, and drawing by talking. */
import { Elysia } from "elysia";
import { createAwaited } from "../generation/tasks/awaited.ts";
import { answers, requests } from "../http/answers.ts";
import { late } from "../http/late.ts";
import { passingBody, textOf } from "../http/parse.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_IMAGE_MODEL } from "../models/aliases/images.ts";
import { ChatCompletionAnswer, ChatCompletionParams } from "../openai/chat/params.ts";
import { withModel } from "../openai/chat/model-field.ts";
import { withUsage } from "../openai/chat/usage-field.ts";
import type { ChatRequest } from "../openai/chat/request.ts";
import { draw } from "./chat-drawing.ts";
import { buyerOf } from "./buyer.ts";
import type { Deps } from "./deps.ts";
import { errorFrame } from "./errors.ts";
import { CHAT_ANSWERS, CHAT_EVENTS, CHAT_REQUESTS } from "./examples/chat.ts";
import { converse } from "./language.ts";
import { permittedModel } from "./model.ts";
import { ask, conversationDeadline } from "./provider.ts";

export function chat(deps: Deps) {
  const { config, tasks, dictionary } = deps;
  const films = createAwaited({ tasks, dictionary, prefix: "chat_" });

  async function complete(body: ChatRequest, request: Request): Promise<Response> {
    const name = body.model ?? DEFAULT_IMAGE_MODEL;
    const traced = trace(request);
    traced.model = name;
    const model = permittedModel(deps, name, request);
    if (!model.upstream) return draw(model, body, request, { ...deps, films });
    const deadline = conversationDeadline(request, config.requestTimeout);
    const named = withModel(textOf(request), model.upstream);
    const text = body.stream ? withUsage(named, body.stream_options) : named;
    const lined = Promise.withResolvers<number>();
    const silence = config.streamKeepalive * 1000;
    const answered = deadline.guard(async () => {
      const answer = await ask(deps, {
        path: "chat/completions",
        buyer: buyerOf(request, name, lined.resolve),
        said: body,
        text,
        signal: deadline.signal,
      });
      traced.upstreamMs = performance.now() - traced.started;
      return converse(answer, {
        model: name,
        stream: body.stream === true,
        usage: body.stream_options?.include_usage === true,
        trace: traced,
        deadline,
        silence,
      });
    });
    if (!body.stream) return answered;
    return late(answered, { lined: lined.promise, trace: traced, silence, fail: errorFrame });
  }

  return new Elysia({ prefix: "/v1/chat", tags: ["Chat"] }).post(
    "/completions",
    ({ body, request }) => complete(body as ChatRequest, request),
    {
      parse: passingBody(config.maxBodySize * 1e6),
      body: ChatCompletionParams,
      detail: {
        operationId: "createChatCompletion",
        summary: "Chat",
        description:
          "A language model answers through fal's OpenRouter route: the body passes as it came, only " +
          "the model's name is mapped. An image or video model draws what the last user message says; " +
          "a size may stand in the text (`size:9:16`), pictures in the message are edited.",
        security: [{ bearer: [] }],
        ...requests(CHAT_REQUESTS),
        responses: answers(
          ChatCompletionAnswer,
          [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504],
          { examples: CHAT_ANSWERS, events: CHAT_EVENTS },
        ),
      },
    },
  );
}
