/** `/v1/images`: pictures from words. */
import { Elysia } from "elysia";
import { drawing, imageRequest, pictureModel } from "../generation/draw.ts";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { patient } from "../http/patience.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_IMAGE_MODEL } from "../models/aliases/images.ts";
import { ImageGenerateParams, ImagesResponse } from "../openai/images.ts";
import type { Deps } from "./deps.ts";
import { renderError } from "./errors.ts";
import { PICTURE_ANSWERS, PICTURE_EVENTS, PICTURE_REQUESTS } from "./examples/images.ts";
import { pictureEvents, pictureResponse, type Rendering } from "./pictures.ts";
import { asked, patience } from "./waiting.ts";

export function images(deps: Deps) {
  const { config, dictionary, generations } = deps;

  async function generate(body: ImageGenerateParams, request: Request): Promise<Response> {
    const { model: name = DEFAULT_IMAGE_MODEL, response_format, stream } = body;
    const growing = stream === true && (body.partial_images ?? 0) > 0;
    const traced = trace(request);
    traced.model = name;
    const model = pictureModel(dictionary, name);
    const generation = generations.begin(
      asked(request, drawing(model, imageRequest(body), growing), body),
    );
    const wait = patience(request, config.requestTimeout);
    const rendering: Rendering = {
      model: model.id,
      format: response_format ?? model.alias?.format ?? config.defaultResponseFormat,
      asked: body,
    };
    if (stream) {
      // A refusal by fal still gets its own status: the stream opens once fal has taken the request.
      await generation.accepted(wait);
      const events = pictureEvents("image_generation", generation, wait, rendering, deps, traced);
      return eventStream(events, { trace: traced, silence: config.streamKeepalive * 1000 });
    }
    const answer = pictureResponse(generation, wait, rendering, deps, traced);
    return patient(answer, { seconds: config.jsonKeepalive, trace: traced, render: renderError });
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
