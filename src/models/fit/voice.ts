/** A voice, OpenAI's or the model's own, where an endpoint names it. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { isOpenAIVoice, likeVoice, ownVoice, voicePlace, type VoicePlace } from "../voices.ts";
import { NOTHING, type Part } from "./request.ts";

const USUAL = "alloy";
/** How many names an error lists. */
const SOME = 12;

/**
 * One of OpenAI's voices becomes the nearest of the model's, with a sentence; a voice of the model's
 * own passes. Throws 400, naming `voice`, for one that neither has.
 */
export function fitVoice(voice: string | null | undefined, endpoint: Endpoint): Part {
  const place = voicePlace(endpoint);
  const asked = voice?.trim();
  if (!place) return asked ? leftOut(asked, endpoint) : NOTHING;
  if (!asked) return place.required ? { ...speaker(place, USUAL), adjusted: [] } : NOTHING;
  return speaker(place, asked);
}

function speaker(place: VoicePlace, voice: string): Part {
  const own = ownVoice(voice, place.names);
  if (own !== undefined) return { input: at(place, own), adjusted: [] };
  if (isOpenAIVoice(voice)) {
    const like = likeVoice(voice, place.names);
    if (like === undefined) {
      return { input: {}, adjusted: [`voice ${voice} was left out: this model's are not known`] };
    }
    const same = like.toLowerCase().endsWith(`_${voice.toLowerCase()}`);
    return { input: at(place, like), adjusted: same ? [] : [`voice ${voice} became ${like}`] };
  }
  if (place.open) return { input: at(place, voice), adjusted: [] };
  const some = place.names.slice(0, SOME).join(", ");
  throw invalidRequest(
    `Invalid voice '${voice}': this model has ${some}, and OpenAI's names.`,
    "voice",
  );
}

function at({ path: [field, member] }: VoicePlace, voice: string) {
  if (member === undefined) return { [field]: voice };
  return { [field]: field === "speakers" ? [{ [member]: voice }] : { [member]: voice } };
}

function leftOut(voice: string, { id }: Endpoint): Part {
  if (isOpenAIVoice(voice)) {
    return { input: {}, adjusted: [`voice ${voice} was left out: this model has one voice`] };
  }
  throw invalidRequest(`Invalid voice '${voice}': the model ${id} has one voice.`, "voice");
}
