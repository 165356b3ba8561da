/** The model that a request names, or the error that says what is wrong with the name. */
import { permitModel } from "../accounts/permission.ts";
import { admitted } from "../accounts/principal.ts";
import type { Model } from "../models/model.ts";
import type { Dictionary } from "../models/resolve.ts";
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

/** The same for whoever asks. Throws 403 `model_not_allowed` where their key may not use it. */
export function permittedModel(names: Names, name: string, request: Request): Model {
  const model = namedModel(names, name);
  permitModel(admitted(request), model);
  return model;
}

/** A model that fal reaches through OpenRouter. Throws 403, 404, and 400 for any other kind. */
export function languageModel(
  names: Names,
  name: string,
  request: Request,
): Model & { upstream: string } {
  const model = permittedModel(names, name, request);
  const { upstream } = model;
  if (upstream !== undefined) return { ...model, upstream };
  throw invalidRequest(`The model '${name}' is no language model.`, "model", "unsupported_model");
}
