/** A length in seconds, as an endpoint says it: a word of its own, a number, or frames. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint, Field } from "../catalog.ts";
import { limitsOf } from "../limits.ts";
import { NOTHING, type Part } from "./request.ts";

/** The fields of a length, and how many of each make a second. */
const FIELDS: Readonly<Record<string, number>> = {
  duration: 1,
  duration_seconds: 1,
  seconds_total: 1,
  music_duration: 1,
  music_length_ms: 1000,
};

/** Fields of a frame rate, and the rate that their models are made for. */
const RATES: Readonly<Record<string, number>> = {
  frames_per_second: 16,
  fps: 24,
  frame_rate: 24,
  export_fps: 8,
};
/** Where the model has a rate of its own and no field for it. */
const USUAL_RATE = 24;

/** No model films, or sings, for longer. */
const LONGEST = 3600;

export interface Length {
  /** What the client wrote: `8`, `"8"`, `"8s"`, `"auto"`. */
  readonly value: string | number;
  /** Its name in the request, for errors. */
  readonly param: string;
  /** Take the nearest that the model has, and say so; otherwise what it lacks is refused. */
  readonly nearest: boolean;
  readonly fps?: number | undefined;
}

/** The fields that say a length. Throws 400 for what is none, or for one that the model lacks. */
export function fitDuration(length: Length, endpoint: Endpoint): Part {
  const seconds = readSeconds(length);
  const name = Object.keys(FIELDS).find((field) => endpoint.input[field]);
  if (name !== undefined) return inField(name, seconds, length, endpoint);
  if (seconds === "auto") return NOTHING;
  if (endpoint.input.num_frames) return inFrames(seconds, length, endpoint);
  const sentence = `${length.param} ${length.value} was left out: this model has one length`;
  if (length.nearest) return { input: {}, adjusted: [sentence] };
  throw invalidRequest(`The model ${endpoint.id} has one length only.`, length.param);
}

/** The length that an input says, in seconds; nothing where the model decides. */
export function secondsOf(input: Readonly<Record<string, unknown>>): number | undefined {
  const name = Object.keys(FIELDS).find((field) => input[field] !== undefined);
  if (name !== undefined) {
    const figure = Number.parseFloat(String(input[name])) / FIELDS[name]!;
    return Number.isFinite(figure) ? figure : undefined;
  }
  const frames = Number(input.num_frames);
  if (!Number.isFinite(frames)) return undefined;
  const rate = Object.keys(RATES).map((field) => Number(input[field]));
  const known = rate.find((value) => value > 0) ?? USUAL_RATE;
  return Math.round(((frames - 1) / known) * 10) / 10;
}

function readSeconds({ value, param }: Length): number | "auto" {
  if (typeof value === "string" && /^auto$/i.test(value.trim())) return "auto";
  const figure = /^(\d+(?:\.\d+)?)\s*s?$/i.exec(String(value).trim());
  const seconds = figure ? Number(figure[1]) : Number.NaN;
  if (seconds > 0 && seconds <= LONGEST) return seconds;
  throw invalidRequest(`Invalid ${param} '${value}': write seconds, such as 8.`, param);
}

function inField(name: string, seconds: number | "auto", length: Length, endpoint: Endpoint): Part {
  const field = endpoint.input[name]!;
  const words = field.enum ?? limitsOf(endpoint.id).lengths;
  if (words) return chosen(name, words, seconds, length, endpoint);
  if (seconds === "auto") return NOTHING;
  const figure = seconds * FIELDS[name]!;
  return { input: { [name]: field.type === "string" ? `${figure}s` : figure }, adjusted: [] };
}

/** The word of that length; else the nearest, the shorter of two. */
function chosen(
  name: string,
  words: readonly string[],
  seconds: number | "auto",
  { value, param, nearest }: Length,
  endpoint: Endpoint,
): Part {
  if (seconds === "auto")
    return { input: words.includes("auto") ? { [name]: "auto" } : {}, adjusted: [] };
  const [best] = words
    .map((word) => ({ word, seconds: Number.parseFloat(word) }))
    .filter((member) => member.seconds > 0)
    .sort((a, b) => Math.abs(a.seconds - seconds) - Math.abs(b.seconds - seconds));
  if (best?.seconds === seconds) return { input: { [name]: best.word }, adjusted: [] };
  if (!best || !nearest) {
    const choice = words.join(", ");
    throw invalidRequest(
      `Invalid ${param} '${value}': the model ${endpoint.id} takes ${choice}.`,
      param,
    );
  }
  return {
    input: { [name]: best.word },
    adjusted: [`${param} ${value} became ${name} ${best.word}`],
  };
}

/** Frames at the client's rate or the model's; a model that learned in eights gets one more. */
function inFrames(seconds: number, { value, param, fps }: Length, { input }: Endpoint): Part {
  const rateField = Object.keys(RATES).find((name) => input[name]?.type === "number");
  const rate = fps ?? (rateField ? RATES[rateField]! : USUAL_RATE);
  const wanted = Math.round((seconds * rate) / 8) * 8 + 1;
  const frames = member(input.num_frames!, wanted);
  const made = Math.round(((Number(frames) - 1) / rate) * 10) / 10;
  return {
    input: { num_frames: frames, ...(rateField ? { [rateField]: rate } : {}) },
    adjusted: made === seconds ? [] : [`${param} ${value} became num_frames ${frames}`],
  };
}

function member(field: Field, wanted: number): number | string {
  const [best] = (field.enum ?? []).toSorted(
    (a, b) => Math.abs(Number(a) - wanted) - Math.abs(Number(b) - wanted),
  );
  return best ?? (field.type === "string" ? String(wanted) : wanted);
}
