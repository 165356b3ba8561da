/** `/v1/images/edits` and `/v1/images/variations`: pictures from pictures. */
import { Elysia } from "elysia";
import { imageRequest } from "../generation/draw.ts";
import { editing, varying } from "../generation/edit.ts";
import type { Plan } from "../generation/plan.ts";
import { answers } from "../http/answers.ts";
import { checked } from "../http/check.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_IMAGE_MODEL, DEFAULT_VARIATION_MODEL } from "../models/aliases/images.ts";
import { ImageEditParams, ImageVariationParams } from "../openai/edits.ts";
import { ImagesResponse } from "../openai/images.ts";
import type { Deps } from "./deps.ts";
import { answerDrawing, grows } from "./drawing.ts";
import { EDIT_BODY, EDIT_EVENTS, VARIATION_BODY } from "./examples/edits.ts";
import { PICTURE_ANSWERS } from "./examples/images.ts";
import { addresses, type Given, likeness, withPictures } from "./given.ts";
import { namedModel } from "./model.ts";

const STATUSES = [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504];

export function edits(deps: Deps) {
  const { config, attachments } = deps;
  const limit = config.maxBodySize * 1e6;

  async function edit(request: Request): Promise<Response> {
    const { words, images, mask } = await withPictures(request, limit, ImageEditParams);
    const params = checked(ImageEditParams, words);
    const model = requested(request, params.model ?? DEFAULT_IMAGE_MODEL);
    const { input_fidelity } = params;
    const { input_fidelity: _, ...extra } = { ...imageRequest(params).extra };
    const asks = { ...imageRequest(params), input_fidelity, extra };
    const given = [...images, ...(mask ? [mask] : [])];
    const plan = await placed(given, (urls) => {
      const painted = mask ? { mask: urls.at(-1)! } : {};
      return editing(
        model,
        { ...asks, ...painted, images: urls.slice(0, images.length) },
        grows(params),
      );
    });
    const said = { words, images: images.map(likeness), mask: mask && likeness(mask) };
    return answerDrawing(request, { model, plan, params, said, stream: "image_edit" }, deps);
  }

  async function vary(request: Request): Promise<Response> {
    const { words, images } = await withPictures(request, limit, ImageVariationParams);
    const params = checked(ImageVariationParams, words);
    const model = requested(request, params.model ?? DEFAULT_VARIATION_MODEL);
    const asks = imageRequest(params);
    const plan = await placed(images, (urls) => varying(model, { ...asks, images: urls }));
    const said = { words, images: images.map(likeness) };
    return answerDrawing(request, { model, plan, params, said, stream: "image_edit" }, deps);
  }

  function requested(request: Request, name: string) {
    trace(request).model = name;
    return namedModel(deps, name);
  }

  /** The plan with the pictures' addresses; what cannot be asked is refused before anything goes up. */
  async function placed(given: readonly Given[], planned: (urls: string[]) => Plan): Promise<Plan> {
    const tried = planned(given.map((_, place) => `https://fal.media/${place}`));
    tried.fit(tried.endpoints[0]!);
    return planned(await addresses(given, attachments));
  }

  return new Elysia({ prefix: "/v1/images", tags: ["Images"] })
    .post("/edits", ({ request }) => edit(request), {
      parse: "none",
      detail: {
        operationId: "createImageEdit",
        summary: "Edit pictures",
        description:
          "Changes pictures as a prompt says, paints where a mask is transparent, enlarges, cuts " +
          "out: whatever the model does with pictures. Takes a form with files, or JSON with links " +
          "and data URLs. A model that draws from words is edited with by its editing sibling.",
        security: [{ bearer: [] }],
        requestBody: EDIT_BODY,
        responses: answers(ImagesResponse, STATUSES, {
          examples: PICTURE_ANSWERS,
          events: EDIT_EVENTS,
        }),
      },
    })
    .post("/variations", ({ request }) => vary(request), {
      parse: "none",
      detail: {
        operationId: "createImageVariation",
        summary: "Vary a picture",
        description:
          "Draws pictures like a given one, without a prompt: with a model's `redux` endpoint where " +
          "fal has one, else with what edits.",
        security: [{ bearer: [] }],
        requestBody: VARIATION_BODY,
        responses: answers(ImagesResponse, STATUSES, { examples: PICTURE_ANSWERS }),
      },
    });
}
