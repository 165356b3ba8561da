/** Planning edits and variations: what of a model takes pictures, and what it is to do with them. */
import { ApiError, invalidRequest } from "../openai/error.ts";
import { type EditRequest, fitEdit, fitVariation, takesPictures } from "../models/fit/edit.ts";
import type { Endpoint } from "../models/catalog.ts";
import type { Model } from "../models/model.ts";
import type { Plan } from "./plan.ts";

/** Best first. Throws 400 for a model that takes no pictures, or gives none. */
function editors(model: Model): readonly Endpoint[] {
  const found = model.with.edit ?? model.endpoints.filter(redraws);
  if (found.length > 0) return found;
  const message = `The model '${model.id}' does not edit pictures.`;
  throw invalidRequest(message, "model", "unsupported_model");
}

const redraws = (endpoint: Endpoint) =>
  takesPictures(endpoint).most > 0 && /^images?$/.test(endpoint.output);

/** `growing`: the client wants to see the picture while it grows, where the model can show it. */
export function editing(model: Model, request: EditRequest, growing = false): Plan {
  const fit: Plan["fit"] = (endpoint) => fitEdit(request, endpoint, model.alias?.defaults);
  return { model: model.id, growing, endpoints: ableFirst(editors(model), fit), fit };
}

/** By what varies a picture unasked, else by what has to be told to. */
export function varying(model: Model, request: Omit<EditRequest, "prompt">): Plan {
  const fit: Plan["fit"] = (endpoint) => fitVariation(request, endpoint, model.alias?.defaults);
  const endpoints = [...(model.with.variation ?? []), ...editors(model)];
  return { model: model.id, endpoints: ableFirst(endpoints, fit), fit };
}

/** Not every endpoint of a chain takes a mask, or as many pictures: those that do come first. */
function ableFirst(endpoints: readonly Endpoint[], fit: Plan["fit"]): readonly Endpoint[] {
  const able = endpoints.filter((endpoint) => fits(endpoint, fit));
  return [...able, ...endpoints.filter((endpoint) => !able.includes(endpoint))];
}

function fits(endpoint: Endpoint, fit: Plan["fit"]): boolean {
  try {
    fit(endpoint);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
