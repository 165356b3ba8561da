/** Planning transcripts: which endpoint of a model listens, and what it wrote down. */
import {
  type Asks,
  chooseTranscription,
  fitTranscription,
  tellsTimes,
  type TranscriptionRequest,
} from "../models/fit/transcription.ts";
import type { Model } from "../models/model.ts";
import { transcript, type Transcript } from "../models/transcript.ts";
import { invalidRequest } from "../openai/error.ts";
import { refusal } from "./pictures.ts";
import type { Plan } from "./plan.ts";
import type { Settled } from "./settled.ts";

/** Throws 400: a model that does not listen, or that tells no times where they are needed. */
export function transcribing(model: Model, request: TranscriptionRequest, asks: Asks): Plan {
  if (model.kind !== "transcription") {
    throw invalidRequest(`The model '${model.id}' does not listen.`, "model", "unsupported_model");
  }
  const endpoints = chooseTranscription(model.endpoints, asks);
  if (asks.times && endpoints[0] && !tellsTimes(endpoints[0])) {
    const message = `The model '${model.id}' does not tell when anything was said: ask for json or text.`;
    throw invalidRequest(message, "response_format");
  }
  if (asks.diarize && endpoints[0] && !endpoints[0].input.diarize) {
    throw invalidRequest(`The model '${model.id}' does not tell who spoke.`, "response_format");
  }
  return {
    model: model.id,
    endpoints,
    fit: (endpoint) => fitTranscription(request, endpoint, model.alias?.defaults),
  };
}

/** What a settled generation wrote down. Throws 422 when there is nothing, not even an empty text. */
export function written({ results }: Settled): Transcript {
  const [found] = results.flatMap(
    ({ input, output }) => transcript(output, { words: input.chunk_level === "word" }) ?? [],
  );
  if (found) return found;
  throw refusal(422, "no_media_generated", "The model finished without writing anything down.");
}
