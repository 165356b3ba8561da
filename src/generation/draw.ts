/** Planning pictures: which model is meant, and what of the request is for it. */
import { invalidRequest, modelNotFound } from "../openai/error.ts";
import { fitImage } from "../models/fit/image.ts";
import type { ImageRequest } from "../models/fit/request.ts";
import type { Dictionary, Model } from "../models/resolve.ts";
import type { Plan } from "./plan.ts";

/** What draws when the client names no model (contract 2). */
export const DEFAULT_MODEL = "imagen4-preview";

/** The model of that name, which must make pictures from words. Throws 404 or 400. */
export function pictureModel(dictionary: Dictionary, name: string = DEFAULT_MODEL): Model {
  const model = dictionary.resolve(name);
  if (!model) throw modelNotFound(name, dictionary.nearest(name));
  if (model.kind === "image" && model.endpoints.length > 0) return model;
  const message = `The model '${name}' does not draw pictures from a prompt alone.`;
  throw invalidRequest(message, "model", "unsupported_model");
}

export function drawing(model: Model, request: ImageRequest): Plan {
  return {
    model: model.id,
    endpoints: model.endpoints,
    fit: (endpoint) => fitImage(request, endpoint, model.alias?.defaults),
  };
}
