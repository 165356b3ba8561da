/** `/v1/models`: what can be asked for. */
import { Elysia } from "elysia";
import { answers } from "../http/answers.ts";
import { trace } from "../http/trace.ts";
import { listModels, retrieveModel } from "../models/listing.ts";
import { modelNotFound } from "../openai/error.ts";
import { Model, ModelList } from "../openai/models.ts";
import type { Deps } from "./deps.ts";
import { MODEL, MODEL_LIST } from "./examples/models.ts";

export function models({ dictionary }: Deps) {
  // The list is the same for everyone until a restart: it is made and written once.
  let listed: string | undefined;

  function list(): Response {
    listed ??= JSON.stringify(listModels(dictionary));
    return new Response(listed, { headers: { "content-type": "application/json" } });
  }

  function retrieve(request: Request): Response {
    const id = named(request);
    trace(request).model = id;
    const model = retrieveModel(dictionary, id);
    if (!model) throw modelNotFound(id, dictionary.nearest(id));
    return Response.json(model);
  }

  return new Elysia({ prefix: "/v1/models", tags: ["Models"] })
    .get("/", () => list(), {
      detail: {
        operationId: "listModels",
        summary: "List the models",
        description: "The aliases. Any full fal endpoint id can be used too without being listed.",
        security: [{ bearer: [] }],
        responses: answers(ModelList, [401], { examples: MODEL_LIST }),
      },
    })
    .get("/:id", ({ request }) => retrieve(request), {
      detail: {
        operationId: "retrieveModel",
        summary: "Show a model",
        description:
          "An alias or a full fal endpoint id; its slashes may be percent-encoded or not.",
        security: [{ bearer: [] }],
        responses: answers(Model, [401, 404], { examples: MODEL }),
      },
    })
    .get("/*", ({ request }) => retrieve(request), { detail: { hide: true } });
}

/** The id in the path, from the URL itself: Elysia hands out null for what it cannot decode. */
function named({ url }: Request): string {
  const { pathname } = new URL(url);
  return decodeURIComponent(pathname.slice("/v1/models/".length).replace(/\/$/, ""));
}
