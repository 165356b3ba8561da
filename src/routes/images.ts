/** `/v1/images`: pictures from words. */
import { Elysia } from "elysia";
import { drawing, imageRequest, pictureModel } from "../generation/draw.ts";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_IMAGE_MODEL } from "../models/aliases/images.ts";
import { ImageGenerateParams, ImagesResponse } from "../openai/images.ts";
import type { Deps } from "./deps.ts";
import { answerDrawing, grows } from "./drawing.ts";
import { PICTURE_ANSWERS, PICTURE_EVENTS, PICTURE_REQUESTS } from "./examples/images.ts";

export function images(deps: Deps) {
  const { config, dictionary } = deps;

  async function generate(body: ImageGenerateParams, request: Request): Promise<Response> {
    const { model: name = DEFAULT_IMAGE_MODEL } = body;
    trace(request).model = name;
    const model = pictureModel(dictionary, name);
    const plan = drawing(model, imageRequest(body), grows(body));
    const stream = "image_generation";
    return answerDrawing(request, { model, plan, params: body, said: body, stream }, deps);
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
        responses: answers(
          ImagesResponse,
          [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504],
          { examples: PICTURE_ANSWERS, events: PICTURE_EVENTS },
        ),
      },
    },
  );
}
