/** The model that a request names, or the error that says what is wrong with the name. */
import type { Dictionary, Model } from "../models/resolve.ts";
import { invalidRequest, modelNotFound } from "../openai/error.ts";

interface Names {
  dictionary: Dictionary;
}

/** Throws 404 `model_not_found`, with the nearest names. */
export function namedModel({ dictionary }: Names, name: string): Model {
  const model = dictionary.resolve(name);
  if (model) return model;
  throw modelNotFound(name, dictionary.nearest(name));
}

/** A model that fal reaches through OpenRouter. Throws 404, and 400 for any other kind. */
export function languageModel(names: Names, name: string): Model & { upstream: string } {
  const model = namedModel(names, name);
  const { upstream } = model;
  if (upstream !== undefined) return { ...model, upstream };
  throw invalidRequest(`The model '${name}' is no language model.`, "model", "unsupported_model");
}
