/** `/v1/images`: pictures from words. */
import { Elysia } from "elysia";
import { drawing, drawingModel, imageRequest } from "../generation/draw.ts";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_IMAGE_MODEL } from "../models/aliases/images.ts";
import { ImageGenerateParams, ImagesResponse } from "../openai/images.ts";
import type { Deps } from "./deps.ts";
import { createDrawings, grows } from "./drawing.ts";
import { PICTURE_ANSWERS, PICTURE_EVENTS, PICTURE_REQUESTS } from "./examples/images.ts";
import { permittedModel } from "./model.ts";
import { TASK_BEGUN } from "./examples/tasks.ts";

export function images(deps: Deps) {
  const { config } = deps;
  const answer = createDrawings(deps);

  async function generate(body: ImageGenerateParams, request: Request): Promise<Response> {
    const { model: name = DEFAULT_IMAGE_MODEL } = body;
    trace(request).model = name;
    const model = drawingModel(permittedModel(deps, name, request));
    const asks = imageRequest(body);
    const plan = drawing(model, asks, grows(body));
    const work = { kind: "image", request: asks } as const;
    const stream = "image_generation";
    return answer(request, { model, plan, work, params: body, said: body, stream });
  }

  return new Elysia({ prefix: "/v1/images", tags: ["Images"] }).post(
    "/generations",
    ({ body, request }) => generate(body, request),
    {
      parse: jsonBody(config.maxBodySize * 1e6),
      body: ImageGenerateParams,
      detail: {
        operationId: "createImage",
        summary: "Draw pictures",
        description:
          "Draws `n` pictures from a prompt, with any alias or any fal text-to-image endpoint. " +
          "With `stream: true` the answer is a stream of server-sent events, one " +
          "`image_generation.completed` for each picture. An SDK's own retry, or the same " +
          "`Idempotency-Key`, joins the generation that is under way or just finished: it is paid once.",
        security: [{ bearer: [] }],
        ...requests(PICTURE_REQUESTS),
        responses: {
          ...answers(ImagesResponse, [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504], {
            examples: PICTURE_ANSWERS,
            events: PICTURE_EVENTS,
          }),
          202: TASK_BEGUN,
        },
      },
    },
  );
}
