/** A request for music or a sound, as input of one endpoint. */
import type { Endpoint } from "../catalog.ts";
import { withNumbers } from "../numbers.ts";
import { fitDuration } from "./duration.ts";
import { coerce, fitDefaults, fitExtras } from "./extra.ts";
import { NOTHING, type Part } from "./request.ts";
import { clientsWords } from "./clients-words.ts";
import { requireFields, withoutPrompt } from "./required.ts";
import { fitSoundFormat } from "./sound-format.ts";
import type { FittedSound } from "./speech.ts";

/** `null` is absent. */
export interface MusicRequest {
  readonly prompt: string;
  /** What is sung. */
  readonly lyrics?: string | null;
  readonly seconds?: string | number | null;
  /** Take the nearest length that the model has, and say so. */
  readonly nearest?: boolean;
  readonly seed?: number | null;
  readonly negative_prompt?: string | null;
  readonly response_format?: string | null;
  /** A sound to change, for the models that need one. */
  readonly audio?: string | null;
  /** A video to make the sound for. */
  readonly video?: string | null;
  readonly extra?: Readonly<Record<string, unknown>>;
}

const FIELDS = {
  prompt: [
    "prompt",
    "tags",
    "genres",
    "style_prompt",
    "text",
    "text_prompt",
    "gen_text",
    "lyrics_prompt",
  ],
  lyrics: ["lyrics", "lyrics_prompt"],
  seed: ["seed"],
  negative_prompt: ["negative_prompt"],
  audio: ["audio_url", "source_audio_url", "audio_urls", "reference_audio_url", "ref_audio_url"],
  video: ["video_url"],
} as const;

/** Half a minute: what models that must be told a length make when the client does not say. */
const USUAL_SECONDS = 30;

/**
 * The one call that makes the sound. Throws 400 naming the parameter: an empty `prompt`, a length
 * that the model lacks, or a field that the endpoint requires and nothing gives.
 */
export function fitMusic(
  request: MusicRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): FittedSound {
  const sound = fitSoundFormat(request.response_format, endpoint);
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
  const parts = [
    ...names.map((name) => named(name, request, endpoint)),
    length(request, endpoint),
    sound,
  ];
  const input = withNumbers(
    {
      ...fitDefaults(defaults, endpoint),
      ...Object.assign({}, ...parts.map((part) => part.input)),
      ...fitExtras(request.extra ?? {}, endpoint),
    },
    endpoint,
  );
  const words = clientsWords(FIELDS, request.extra ?? {});
  requireFields(input, endpoint, words);
  return {
    calls: [{ input, pictures: 1 }],
    adjusted: parts.flatMap((part) => part.adjusted),
    words,
    ...(sound.format === undefined ? {} : { format: sound.format }),
  };
}

function named(word: keyof typeof FIELDS, request: MusicRequest, { input }: Endpoint): Part {
  const value = request[word];
  const field = FIELDS[word].find((name) => input[name]);
  if (value === undefined || value === null || value === "") {
    if (word !== "prompt" || !field || !input[field]!.required) return NOTHING;
    throw withoutPrompt("what it should sound like");
  }
  if (!field) return NOTHING;
  const many = input[field]!.type === "array" && !Array.isArray(value) ? [value] : value;
  return { input: { [field]: coerce(many, input[field]!, word) }, adjusted: [] };
}

function length({ seconds, nearest }: MusicRequest, endpoint: Endpoint): Part {
  const given = seconds ?? (endpoint.input.duration?.required ? USUAL_SECONDS : undefined);
  if (given === undefined || given === "") return NOTHING;
  return fitDuration({ value: given, param: "seconds", nearest: nearest === true }, endpoint);
}
