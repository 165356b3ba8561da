/** A request to write down speech, in OpenAI's words, as input of one endpoint. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { clientsWords } from "./clients-words.ts";
import { coerce, fitDefaults, fitExtras } from "./extra.ts";
import { fitLanguage } from "./language.ts";
import { NOTHING, type Fitted, type Part } from "./request.ts";
import { requireFields } from "./required.ts";

/** `null` is absent. */
export interface TranscriptionRequest {
  /** The sound, as an address or data URL. */
  readonly file: string;
  /** `translate` writes English whatever is spoken. */
  readonly task?: "transcribe" | "translate";
  /** ISO 639-1, as `de`; also `de-DE`, `deu` and `german`. */
  readonly language?: string | null;
  readonly prompt?: string | null;
  readonly temperature?: number | null;
  /** When each word was said, and not only each sentence. */
  readonly words?: boolean;
  /** Who said it. */
  readonly diarize?: boolean | null;
  /** Whatever else the client sent: goes to the endpoint's fields of the same names. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What not every endpoint can do; `times` is when each sentence was said. */
export interface Asks extends Pick<TranscriptionRequest, "words" | "task" | "diarize"> {
  readonly times?: boolean;
}

const SOUNDS = ["audio_url", "media_url", "video_url"] as const;

/** For language models that listen: what OpenAI's transcribers do unasked. */
const INSTRUCTION = "Write down what is said, word for word, and nothing else.";

/** Whether an endpoint tells when each word was said: some always do, some when asked. */
export function tellsWords({ input }: Endpoint): boolean {
  return input.tag_audio_events !== undefined || input.chunk_level?.enum?.includes("word") === true;
}

/** Whether an endpoint tells when anything was said. */
export function tellsTimes(endpoint: Endpoint): boolean {
  return tellsWords(endpoint) || endpoint.input.chunk_level !== undefined;
}

/** The endpoints of a chain, those that can do what is asked first. */
export function chooseTranscription(
  endpoints: readonly Endpoint[],
  { words, task, times, diarize }: Asks,
): readonly Endpoint[] {
  const able = (endpoint: Endpoint) =>
    (!words || tellsWords(endpoint)) &&
    (!times || tellsTimes(endpoint)) &&
    (!diarize || endpoint.input.diarize !== undefined) &&
    (task !== "translate" || endpoint.input.task !== undefined);
  return [...endpoints.filter(able), ...endpoints.filter((endpoint) => !able(endpoint))];
}

/**
 * The one call that writes it down.
 *
 * Throws 400 naming the parameter: a `language` that nobody speaks or the model does not know, or
 * `model` for one that cannot translate. Word times that a model lacks are said.
 */
export function fitTranscription(
  request: TranscriptionRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): Fitted {
  const parts = [
    sound(request, endpoint),
    task(request, endpoint),
    fitLanguage(request.language, endpoint),
    level(request, endpoint),
    prompt(request, endpoint),
    same("temperature", request.temperature, endpoint),
    same("diarize", request.diarize, endpoint),
  ];
  const input = {
    ...fitDefaults(defaults, endpoint),
    ...Object.assign({}, ...parts.map((part) => part.input)),
    ...fitExtras(request.extra ?? {}, endpoint),
  };
  const named = clientsWords({ file: SOUNDS }, request.extra ?? {});
  requireFields(input, endpoint, named);
  return {
    calls: [{ input, pictures: 1 }],
    adjusted: parts.flatMap((part) => part.adjusted),
    words: named,
  };
}

function sound({ file }: TranscriptionRequest, { id, input }: Endpoint): Part {
  const field = SOUNDS.find((name) => input[name]?.type === "string");
  if (!field) throw invalidRequest(`The model ${id} does not listen.`, "model");
  return { input: { [field]: file }, adjusted: [] };
}

function task({ task }: TranscriptionRequest, { id, input }: Endpoint): Part {
  if (task === undefined) return NOTHING;
  if (input.task?.enum?.includes(task)) return { input: { task }, adjusted: [] };
  if (task === "transcribe") return NOTHING;
  throw invalidRequest(`The model ${id} does not translate.`, "model");
}

function level({ words }: TranscriptionRequest, endpoint: Endpoint): Part {
  if (!words) return NOTHING;
  if (!tellsWords(endpoint)) {
    return { input: {}, adjusted: ["word timestamps were left out: this model has none"] };
  }
  const asked = endpoint.input.chunk_level ? { chunk_level: "word" } : {};
  return { input: asked, adjusted: [] };
}

function prompt({ prompt }: TranscriptionRequest, { input }: Endpoint): Part {
  if (!input.prompt || (!prompt && !input.prompt.required)) return NOTHING;
  const hint = prompt ? ` It may be about: ${prompt}` : "";
  return { input: { prompt: input.prompt.required ? INSTRUCTION + hint : prompt }, adjusted: [] };
}

/** Words called the same by both; a model without the field does as it does. */
function same(name: string, value: unknown, { input }: Endpoint): Part {
  if (value === undefined || value === null || !input[name]) return NOTHING;
  return { input: { [name]: coerce(value, input[name], name) }, adjusted: [] };
}
