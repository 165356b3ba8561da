/** `/v1/images/edits` and `/v1/images/variations`: pictures from pictures. */
import { Elysia } from "elysia";
import { imageRequest } from "../generation/draw.ts";
import { editing, varying } from "../generation/edit.ts";
import { answers } from "../http/answers.ts";
import { checked } from "../http/check.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_IMAGE_MODEL, DEFAULT_VARIATION_MODEL } from "../models/aliases/images.ts";
import { ImageEditParams, ImageVariationParams } from "../openai/edits.ts";
import { ImagesResponse } from "../openai/images.ts";
import type { Deps } from "./deps.ts";
import { createDrawings, type Drawing, grows } from "./drawing.ts";
import { EDIT_BODY, EDIT_EVENTS, VARIATION_BODY } from "./examples/edits.ts";
import { PICTURE_ANSWERS } from "./examples/images.ts";
import { TASK_BEGUN } from "./examples/tasks.ts";
import { addresses, type Given, likeness, withPictures } from "./given.ts";
import { permittedModel } from "./model.ts";

const STATUSES = [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504];

export function edits(deps: Deps) {
  const { config, attachments } = deps;
  const limit = config.maxBodySize * 1e6;
  const answer = createDrawings(deps);

  async function edit(request: Request): Promise<Response> {
    const { words, images, mask, imagesParam } = await withPictures(
      request,
      limit,
      ImageEditParams,
      "images",
    );
    const params = checked(ImageEditParams, words);
    const model = requested(request, params.model ?? DEFAULT_IMAGE_MODEL);
    const { input_fidelity } = params;
    const { input_fidelity: _, ...extra } = { ...imageRequest(params).extra };
    const asks = { ...imageRequest(params), imagesParam, input_fidelity, extra };
    const given = [...images, ...(mask ? [mask] : [])];
    const planned = await placed(given, (urls) => {
      const painted = mask ? { mask: urls.at(-1)! } : {};
      const request = { ...asks, ...painted, images: urls.slice(0, images.length) };
      const plan = editing(model, request, grows(params));
      return { plan, work: { kind: "edit", request } as const };
    });
    const said = { words, images: images.map(likeness), mask: mask && likeness(mask) };
    return answer(request, { model, ...planned, params, said, stream: "image_edit" });
  }

  async function vary(request: Request): Promise<Response> {
    const { words, images, imagesParam } = await withPictures(
      request,
      limit,
      ImageVariationParams,
      "image",
    );
    const params = checked(ImageVariationParams, words);
    const model = requested(request, params.model ?? DEFAULT_VARIATION_MODEL);
    const asks = { ...imageRequest(params), imagesParam };
    const planned = await placed(images, (urls) => {
      const request = { ...asks, images: urls };
      return { plan: varying(model, request), work: { kind: "variation", request } as const };
    });
    const said = { words, images: images.map(likeness) };
    return answer(request, { model, ...planned, params, said, stream: "image_edit" });
  }

  function requested(request: Request, name: string) {
    trace(request).model = name;
    return permittedModel(deps, name, request);
  }

  /** The plan with the pictures' addresses; what cannot be asked is refused before anything goes up. */
  async function placed<Planned extends Pick<Drawing, "plan" | "work">>(
    given: readonly Given[],
    planned: (urls: string[]) => Planned,
  ): Promise<Planned> {
    const { plan } = planned(given.map((_, place) => `https://fal.media/${place}`));
    plan.fit(plan.endpoints[0]!);
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
        responses: {
          ...answers(ImagesResponse, STATUSES, { examples: PICTURE_ANSWERS, events: EDIT_EVENTS }),
          202: TASK_BEGUN,
        },
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
        responses: {
          ...answers(ImagesResponse, STATUSES, { examples: PICTURE_ANSWERS }),
          202: TASK_BEGUN,
        },
      },
    });
}
