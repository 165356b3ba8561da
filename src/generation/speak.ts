/** Planning speech: which endpoints of a model give the sound that is asked for. */
import type { Endpoint } from "../models/catalog.ts";
import { soundFormats } from "../models/fit/sound-format.ts";
import { fitSpeech, type SpeechRequest } from "../models/fit/speech.ts";
import { audio, type Media } from "../models/output.ts";
import type { Model } from "../models/model.ts";
import { invalidRequest } from "../openai/error.ts";
import { refusal } from "./pictures.ts";
import type { Plan } from "./plan.ts";
import type { Settled } from "./settled.ts";

export interface SpeechPlan extends Plan {
  /** What the file of that endpoint will be; nothing where only the file tells. */
  formatOf(endpoint: Endpoint): string | undefined;
}

/** Throws 400: a model that does not speak, or that gives no sound of that format. */
export function speaking(model: Model, request: SpeechRequest): SpeechPlan {
  if (model.kind !== "speech") {
    throw invalidRequest(`The model '${model.id}' does not speak.`, "model", "unsupported_model");
  }
  const fit = (endpoint: Endpoint) => fitSpeech(request, endpoint, model.alias?.defaults);
  return {
    model: model.id,
    endpoints: giving(request.response_format, model),
    fit,
    formatOf: (endpoint) => fit(endpoint).format,
  };
}

/** Those that are known to give it, then those of which nobody knows. */
function giving(format: string | null | undefined, { id, endpoints }: Model): readonly Endpoint[] {
  if (!format) return endpoints;
  const known = endpoints.filter((endpoint) => soundFormats(endpoint)?.includes(format));
  const unknown = endpoints.filter((endpoint) => soundFormats(endpoint) === undefined);
  const able = [...known, ...unknown];
  if (able.length > 0) return able;
  const given = [...new Set(endpoints.flatMap((endpoint) => soundFormats(endpoint) ?? []))];
  const message = `The model '${id}' cannot give ${format}: it gives ${given.join(", ")}.`;
  throw invalidRequest(message, "response_format");
}

/** The sound of a settled generation. Throws 422 when there is none. */
export function sounded({ results }: Settled): Media {
  const [found] = results.flatMap(({ output }) => audio(output) ?? []);
  if (found) return found;
  throw refusal(422, "no_media_generated", "The model finished without making a sound.");
}
