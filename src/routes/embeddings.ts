/** `/v1/embeddings`: passed to fal's language-model route as it came. */
import { Elysia } from "elysia";
import { answers, requests } from "../http/answers.ts";
import { passingBody, textOf } from "../http/parse.ts";
import { trace } from "../http/trace.ts";
import { withModel } from "../openai/chat/model-field.ts";
import { EmbeddingList, EmbeddingParams } from "../openai/embeddings.ts";
import { buyerOf } from "./buyer.ts";
import type { Deps } from "./deps.ts";
import { EMBEDDING_ANSWERS, EMBEDDING_REQUESTS } from "./examples/chat.ts";
import { languageModel } from "./model.ts";
import { ask, conversationDeadline, providerJson } from "./provider.ts";

export function embeddings(deps: Deps) {
  const { config } = deps;

  async function embed(params: EmbeddingParams, request: Request): Promise<Response> {
    const { model: name } = params;
    const traced = trace(request);
    traced.model = name;
    const { upstream } = languageModel(deps, name, request);
    const deadline = conversationDeadline(request, config.requestTimeout);
    const text = withModel(textOf(request), upstream);
    return deadline.guard(async () => {
      const answer = await ask(deps, {
        path: "embeddings",
        buyer: buyerOf(request, name),
        said: { ...params, max_tokens: 1 },
        text,
        signal: deadline.signal,
      });
      traced.upstreamMs = performance.now() - traced.started;
      const body = await providerJson(answer, "data");
      deadline.clear();
      return Response.json({ ...body, model: name });
    });
  }

  return new Elysia({ prefix: "/v1", tags: ["Chat"] }).post(
    "/embeddings",
    ({ body, request }) => embed(body, request),
    {
      parse: passingBody(config.maxBodySize * 1e6),
      body: EmbeddingParams,
      detail: {
        operationId: "createEmbedding",
        summary: "Embed texts",
        description:
          "Vectors of texts, through fal's OpenRouter route. The body passes as it came.",
        security: [{ bearer: [] }],
        ...requests(EMBEDDING_REQUESTS),
        responses: answers(EmbeddingList, [400, 401, 402, 404, 413, 429, 502, 503, 504], {
          examples: EMBEDDING_ANSWERS,
        }),
      },
    },
  );
}
