/** A request to speak, in OpenAI's words, as input of one endpoint. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { limitsOf } from "../limits.ts";
import { withNumbers } from "../numbers.ts";
import { clientsWords } from "./clients-words.ts";
import { fitDefaults, fitExtras } from "./extra.ts";
import { NOTHING, type Fitted, type Part } from "./request.ts";
import { requireFields } from "./required.ts";
import { asAddress, fitSoundFormat } from "./sound-format.ts";
import { fitVoice } from "./voice.ts";

/** `null` is absent. */
export interface SpeechRequest {
  readonly input: string;
  /** OpenAI's voice, or one of the model's own. */
  readonly voice?: string | null;
  /** 0.25 to 4, 1 being the voice's usual pace. */
  readonly speed?: number | null;
  /** How to say it. */
  readonly instructions?: string | null;
  /** `mp3`, `opus`, `aac`, `flac`, `wav` or `pcm`. */
  readonly response_format?: string | null;
  /** Whatever else the client sent: goes to the endpoint's fields of the same names. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface FittedSound extends Fitted {
  /** What the file will be; absent where only the file tells, which may then need converting. */
  readonly format?: string;
}

/** What is to be said. Where `text` and `prompt` are both there, the prompt says how. */
const TEXTS = ["text", "prompt", "script", "gen_text", "preview_text"] as const;
const MANNERS = ["style_instructions", "instructions", "prompt"] as const;
const SPEEDS = ["speed", "voice_speed"] as const;

/**
 * The one call that says it. A speed outside the model's range becomes its limit, with a sentence.
 *
 * Throws 400 naming the parameter: an empty `input`, a `voice` that nobody has, a `speed` outside
 * 0.25 to 4, or a field that the endpoint requires and nothing gives.
 */
export function fitSpeech(
  request: SpeechRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): FittedSound {
  const said = TEXTS.find((name) => endpoint.input[name]?.type === "string");
  const sound = fitSoundFormat(request.response_format, endpoint);
  const parts = [
    words(request, said),
    fitVoice(request.voice, endpoint),
    speed(request, endpoint),
    manner(request, endpoint, said),
    sound,
  ];
  const input = withNumbers(
    merged([
      fitDefaults(defaults, endpoint),
      ...parts.map((part) => part.input),
      asAddress(endpoint),
      fitExtras(request.extra ?? {}, endpoint),
    ]),
    endpoint,
  );
  const fields = { instructions: MANNERS, speed: SPEEDS, input: said === undefined ? [] : [said] };
  const named = clientsWords(fields, request.extra ?? {});
  requireFields(input, endpoint, named);
  return {
    calls: [{ input, pictures: 1 }],
    adjusted: parts.flatMap((part) => part.adjusted),
    words: named,
    ...(sound.format === undefined ? {} : { format: sound.format }),
  };
}

function words({ input }: SpeechRequest, field: string | undefined): Part {
  if (typeof input !== "string" || input.trim() === "") {
    throw invalidRequest("Give an input that says what to speak.", "input");
  }
  return field === undefined ? NOTHING : { input: { [field]: input }, adjusted: [] };
}

function speed({ speed }: SpeechRequest, { id, input }: Endpoint): Part {
  if (speed === undefined || speed === null || speed === 1) return NOTHING;
  if (typeof speed !== "number" || !(speed >= 0.25 && speed <= 4)) {
    throw invalidRequest("Invalid speed: it is a number from 0.25 to 4.", "speed");
  }
  const [slowest, fastest] = limitsOf(id).speed ?? [0.25, 4];
  const pace = Math.min(fastest, Math.max(slowest, speed));
  const adjusted = pace === speed ? [] : [`speed ${speed} became ${pace}`];
  const field = SPEEDS.find((name) => input[name]);
  if (field) return { input: { [field]: pace }, adjusted };
  if (input.voice_setting?.fields?.speed)
    return { input: { voice_setting: { speed: pace } }, adjusted };
  return { input: {}, adjusted: [`speed ${speed} was left out: this model has one`] };
}

function manner(
  { instructions }: SpeechRequest,
  { input }: Endpoint,
  said: string | undefined,
): Part {
  if (!instructions) return NOTHING;
  const field = MANNERS.find((name) => input[name]?.type === "string" && name !== said);
  if (field) return { input: { [field]: instructions }, adjusted: [] };
  return { input: {}, adjusted: ["instructions were left out: this model takes none"] };
}

/** The later wins, and objects such as `voice_setting` are put together of all that is said of them. */
function merged(parts: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const [name, value] of parts.flatMap(Object.entries)) {
    const before = whole[name];
    whole[name] = isRecord(before) && isRecord(value) ? { ...before, ...value } : value;
  }
  return whole;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
