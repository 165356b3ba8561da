/** Planning pictures: which model is meant, and what of the request is for it. */
import { invalidRequest, modelNotFound } from "../openai/error.ts";
import { fitImage } from "../models/fit/image.ts";
import { ImageGenerateParams } from "../openai/images.ts";
import type { ImageRequest } from "../models/fit/request.ts";
import type { Model } from "../models/model.ts";
import type { Dictionary } from "../models/resolve.ts";
import type { Plan } from "./plan.ts";

/** The model of that name, which must make pictures from words. Throws 404 or 400. */
export function pictureModel(dictionary: Dictionary, name: string): Model {
  const model = dictionary.resolve(name);
  if (!model) throw modelNotFound(name, dictionary.nearest(name));
  return drawingModel(model);
}

/** The same model, which must make pictures from words. Throws 400. */
export function drawingModel(model: Model): Model {
  if (model.kind === "image" && model.endpoints.length > 0) return model;
  const message = `The model '${model.id}' does not draw pictures from a prompt alone.`;
  throw invalidRequest(message, "model", "unsupported_model");
}

/** `growing`: the client wants to see the picture while it grows, where the model can show it. */
export function drawing(model: Model, request: ImageRequest, growing = false): Plan {
  return {
    model: model.id,
    growing,
    endpoints: model.endpoints,
    fit: (endpoint) => fitImage(request, endpoint, model.alias?.defaults),
  };
}

/** What of OpenAI's parameters is for the model; the others say who asks and how to answer. */
export function imageRequest(
  params: Omit<ImageGenerateParams, "prompt"> & { prompt?: string },
): ImageRequest {
  const { prompt = "", n, size, quality, background, output_format, output_compression } = params;
  const { style, seed, negative_prompt, moderation } = params;
  const words = { prompt, n, size, quality, background, output_format, output_compression };
  const more = { style, seed, negative_prompt, moderation };
  const extra = Object.entries(params).filter(
    ([name]) => !(name in ImageGenerateParams.properties),
  );
  return { ...words, ...more, extra: Object.fromEntries(extra) };
}
