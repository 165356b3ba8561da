/** A request to film, in the words of OpenAI and the relays, as input of one endpoint. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint, Field } from "../catalog.ts";
import { withNumbers } from "../numbers.ts";
import { refusedRatio } from "./aspect-ratio.ts";
import { fitSize } from "./dimensions.ts";
import { fitDuration } from "./duration.ts";
import { clientsWords } from "./clients-words.ts";
import { coerce, fitDefaults, fitExtras } from "./extra.ts";
import { fitFrames, frameFields, type Role } from "./frames.ts";
import { NOTHING, type Fitted, type Part } from "./request.ts";
import { requireFields, withoutPrompt } from "./required.ts";
import { parseSize } from "./size.ts";

export { chooseVideo } from "./choose-video.ts";
export type { Role };

/** `null` is absent. Names as on the wire, because errors name them. */
export interface VideoRequest {
  readonly prompt: string;
  /** Addresses or data URLs. */
  readonly images?: readonly string[] | null;
  /** What the pictures are; by their number and the endpoint's fields when absent. */
  readonly role?: Role;
  /** What the client calls `images`. */
  readonly imagesParam?: string;
  /** A video to change, extend or follow. */
  readonly video?: string | null;
  /** A sound to move to. */
  readonly audio?: string | null;
  /** OpenAI's word for the length, and everybody else's. */
  readonly seconds?: string | number | null;
  readonly duration?: string | number | null;
  /** Take the nearest length that the model has, and say so; otherwise one that it lacks is refused. */
  readonly nearest?: boolean;
  /** Refuse an `aspect_ratio` that the model lacks; otherwise the nearest is taken, with a sentence. */
  readonly exact?: boolean;
  /** `1280x720`, `720P`, `16:9`. */
  readonly size?: string | null;
  readonly aspect_ratio?: string | null;
  /** `portrait` or `landscape`. */
  readonly orientation?: string | null;
  readonly resolution?: string | null;
  readonly negative_prompt?: string | null;
  readonly seed?: number | null;
  readonly fps?: number | null;
  readonly enhance_prompt?: boolean | null;
  readonly generate_audio?: boolean | null;
  /** Whatever else the client sent: goes to the endpoint's fields of the same names. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The request's words, and what endpoints call them; the first that the endpoint has gets it. */
const FIELDS = {
  video: [
    "video_url",
    "source_video_url",
    "control_video_url",
    "reference_pose_video_url",
    "video_urls",
    "video",
  ],
  audio: ["audio_url", "driven_audio_url", "first_audio_url"],
  negative_prompt: ["negative_prompt"],
  seed: ["seed"],
  fps: ["fps", "frames_per_second", "frame_rate", "export_fps", "target_fps", "output_fps"],
  enhance_prompt: [
    "enhance_prompt",
    "enable_prompt_expansion",
    "expand_prompt",
    "prompt_optimizer",
  ],
  generate_audio: ["generate_audio", "generate_audio_switch", "audio", "enable_audio"],
} as const;

/** What cannot be dropped in silence: the video would be another. */
const ESSENTIAL = new Set<string>(["video", "audio"]);

const PROMPTS = ["prompt", "text", "text_prompt", "script", "subject"] as const;

const ORIENTATIONS: Readonly<Record<string, string>> = { portrait: "9:16", landscape: "16:9" };

/**
 * The one call that films what is asked for.
 *
 * Throws 400 naming the parameter as the client wrote it: too many pictures or too few, a length or
 * resolution that the model lacks, a video or sound that it has no field for, an extra of the wrong
 * type, a field that the endpoint requires and nothing gives, or with `exact` a ratio that the model
 * lacks. Otherwise such a ratio becomes the nearest, with a sentence.
 */
export function fitVideo(
  request: VideoRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): Fitted {
  const param = request.imagesParam ?? "images";
  const words = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
  const parts = [
    prompt(request, endpoint),
    fitFrames(request.images ?? [], request.role, endpoint, param),
    ...words.map((word) => named(word, request[word], endpoint)),
    duration(request, endpoint),
    ...shape(request, endpoint),
    resolution(request, endpoint),
  ];
  const input = {
    ...fitDefaults(defaults, endpoint),
    ...Object.assign({}, ...parts.map((part) => part.input)),
    ...fitExtras(request.extra ?? {}, endpoint),
  };
  const clients = clientsWords(fieldsOf(request, endpoint), request.extra ?? {});
  requireFields(input, endpoint, clients);
  return {
    calls: [{ input: withNumbers(input, endpoint), pictures: 1 }],
    adjusted: parts.flatMap((part) => part.adjusted),
    words: clients,
  };
}

function prompt({ prompt }: VideoRequest, { input }: Endpoint): Part {
  const field = PROMPTS.find((name) => input[name]?.type === "string");
  if (field === undefined) return NOTHING;
  if (typeof prompt === "string" && prompt.trim() !== "") {
    return { input: { [field]: prompt }, adjusted: [] };
  }
  if (!input[field]!.required) return NOTHING;
  throw withoutPrompt("what to film");
}

function named(word: keyof typeof FIELDS, value: unknown, { id, input }: Endpoint): Part {
  if (value === undefined || value === null || value === "") return NOTHING;
  const names: readonly string[] = FIELDS[word];
  const field = names.find((name) => input[name]);
  if (field) return { input: { [field]: fill(value, input[field]!, word) }, adjusted: [] };
  if (ESSENTIAL.has(word)) throw invalidRequest(`The model ${id} takes no ${word}.`, word);
  return NOTHING;
}

/** Some models wrap an address: `{"video": {"video_url": …}}`. */
function fill(value: unknown, field: Field, word: string) {
  const inner = ["video_url", "url"].find((name) => field.fields?.[name]);
  return inner && typeof value === "string" ? { [inner]: value } : coerce(value, field, word);
}

function duration(request: VideoRequest, endpoint: Endpoint): Part {
  const param = present(request.seconds) ? "seconds" : "duration";
  const value = request[param];
  if (!present(value)) return NOTHING;
  const fps = request.fps ?? undefined;
  return fitDuration({ value, param, nearest: request.nearest === true, fps }, endpoint);
}

/** The later of several words for the shape wins. */
function shape(request: VideoRequest, endpoint: Endpoint): Part[] {
  const turned = request.orientation?.toLowerCase();
  const orientation = turned && Object.hasOwn(ORIENTATIONS, turned) ? ORIENTATIONS[turned] : turned;
  const words = { size: request.size, orientation, aspect_ratio: request.aspect_ratio };
  return Object.entries(words).flatMap(([param, word]) => {
    if (!word) return [];
    const part = fitSize(parseSize(word, param), endpoint, param);
    if (param === "aspect_ratio" && request.exact) requireRatio(word, part.adjusted, endpoint);
    return part;
  });
}

/** An endpoint without any ratio follows its pictures: there the word is left out. */
function requireRatio(word: string, adjusted: readonly string[], endpoint: Endpoint): void {
  if (adjusted.length > 0 && endpoint.input.aspect_ratio?.enum) throw refusedRatio(word, endpoint);
}

function resolution({ resolution }: VideoRequest, endpoint: Endpoint): Part {
  if (!resolution) return NOTHING;
  const field = endpoint.input.resolution;
  if (field)
    return { input: { resolution: coerce(resolution, field, "resolution") }, adjusted: [] };
  const sentence = `resolution ${resolution} was left out: this model has one`;
  return { input: {}, adjusted: [sentence] };
}

/** The fields that each parameter is said in. */
function fieldsOf(
  request: VideoRequest,
  endpoint: Endpoint,
): Readonly<Record<string, readonly string[]>> {
  const { first, last, references } = frameFields(endpoint);
  const pictures = [first, last, references].filter((name) => name !== undefined);
  const seconds = present(request.seconds) ? ["duration", "num_frames"] : [];
  return { prompt: PROMPTS, seconds, [request.imagesParam ?? "images"]: pictures, ...FIELDS };
}

function present(value: string | number | null | undefined): value is string | number {
  return value !== undefined && value !== null && value !== "";
}
