/**
 * How many units fal will count for a call, told from its input before it is made.
 *
 * What the input says is taken at its word; where fal decides by itself (the length of a film that
 * nobody asked for, the size of a picture that is edited), the most that is usual is assumed. What
 * no input tells, such as seconds of computing, is a guess that the call's end corrects.
 */
import type { Endpoint } from "./catalog.ts";

type Input = Readonly<Record<string, unknown>>;

/** fal's `unit`, in the spellings of its platform: "image", "megapixels", "1000 characters", "1m tokens". */
export function estimate(unit: string, input: unknown, endpoint?: Endpoint): number {
  const fields = Object(input) as Input;
  const [, kind] = KINDS.find(([pattern]) => pattern.test(unit)) ?? [];
  const counted = kind ? kind(fields, endpoint) : 1;
  return counted / sizeOf(unit);
}

/** So many tokens in that unit; nothing where it counts something else. */
export const tokensIn = (unit: string, tokens: number): number | undefined =>
  /token/i.test(unit) ? tokens / sizeOf(unit) : undefined;

type Count = (input: Input, endpoint?: Endpoint) => number;

/** The first that matches. */
const KINDS: readonly (readonly [RegExp, Count])[] = [
  [/compute|gpu|inference/i, () => COMPUTE_SECONDS],
  [/megapixel|\bmp\b/i, (input) => pictures(input) * megapixels(input)],
  [/image|picture/i, (input) => pictures(input)],
  [/character/i, (input) => characters(input)],
  [/token/i, (input) => tokens(input)],
  [/minute/i, (input, endpoint) => Math.ceil(seconds(input, endpoint) / 60)],
  [/second/i, seconds],
];

/** Seconds that a machine computes for one call: no input tells, and few calls take longer. */
const COMPUTE_SECONDS = 60;

/** `1000 characters` is counted by the thousand, `1m tokens` by the million, `5 seconds` by fives. */
function sizeOf(unit: string): number {
  const [, digits, scale = ""] =
    /^\s*(\d[\d,]*(?:\.\d+)?)\s*(k|m|thousand|million)?\b/i.exec(unit) ?? [];
  if (digits === undefined) return 1;
  const factor = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6 }[scale.toLowerCase()] ?? 1;
  return Number(digits.replaceAll(",", "")) * factor || 1;
}

const positive = (value: unknown): number | undefined => {
  const number = typeof value === "string" ? Number.parseFloat(value) : value;
  return typeof number === "number" && number > 0 && Number.isFinite(number) ? number : undefined;
};

const first = (input: Input, names: readonly string[]) =>
  names.map((name) => positive(input[name])).find((value) => value !== undefined);

const pictures = (input: Input) =>
  Math.ceil(first(input, ["num_images", "number_of_images", "num_outputs", "n"]) ?? 1);

/** Edges that fal's names stand for (fal-js, `ImageSize`); of a resolution, the square's. */
const NAMED: Readonly<Record<string, number>> = {
  square: 0.25,
  square_hd: 1,
  portrait_4_3: 0.75,
  portrait_16_9: 0.5625,
  landscape_4_3: 0.75,
  landscape_16_9: 0.5625,
  "0.5K": 0.25,
  "1K": 1,
  "2K": 4,
  "4K": 16,
  auto_1K: 1,
  auto_2K: 4,
  auto_3K: 9,
  auto_4K: 16,
};

const MEGAPIXEL = 2 ** 20;

/** What an edit may be as large as. */
const EDITED = 4;

/** fal rounds each picture up to whole megapixels (fal.ai, the price of FLUX). */
function megapixels(input: Input): number {
  const { image_size: size, resolution, width, height } = input;
  const given = Object(size) as Input;
  const [w, h] = [positive(given.width ?? width), positive(given.height ?? height)];
  if (w && h) return Math.max(1, Math.ceil((w * h) / MEGAPIXEL));
  const [, x, y] = /^(\d+)[x*](\d+)$/i.exec(String(size)) ?? [];
  if (x && y) return Math.max(1, Math.ceil((Number(x) * Number(y)) / MEGAPIXEL));
  const named = NAMED[String(size)] ?? NAMED[String(resolution)];
  // A shape's edges are rounded, which may bring it above the megapixels that are in its name.
  const rounded = "aspect_ratio" in input ? 1.05 : 1;
  if (named !== undefined) return Math.max(1, Math.ceil(named * rounded));
  const factor = first(input, ["upscale_factor", "scale", "upscaling_factor"]);
  if (factor) return Math.ceil(EDITED * factor * factor);
  return edits(input) ? EDITED : Math.ceil(rounded);
}

const edits = (input: Input) => "image_url" in input || "image_urls" in input;

/** What is spoken, sung or written. */
function characters(input: Input): number {
  const said = ["text", "prompt", "input", "script", "lyrics", "lyrics_prompt"]
    .map((name) => input[name])
    .filter((value): value is string => typeof value === "string");
  return Math.max(1, ...said.map((text) => text.length));
}

/** What a language model may say that is given no limit. */
const ANSWER_TOKENS = 4096;
const PICTURE_TOKENS = 1500;

/** Two bytes of text a token, which few languages need, and what it may answer. */
function tokens(input: Input): number {
  const { max_tokens, max_completion_tokens, max_output_tokens, n } = input;
  const limit = positive(max_completion_tokens ?? max_tokens ?? max_output_tokens);
  const text = JSON.stringify(input) ?? "";
  let files = 0;
  const said = text.replace(/"data:[^"]*"/g, () => (files++, ""));
  const prompt = Buffer.byteLength(said) / 2 + files * PICTURE_TOKENS;
  return Math.ceil(prompt + (limit ?? ANSWER_TOKENS) * (positive(n) ?? 1));
}

/** Where fal decides, or a file that is not read here: longer than most. */
const SECONDS = 10;
const SECONDS_OF_A_FILE = 600;
/** The slowest film. */
const FRAMES_A_SECOND = 16;

function seconds(input: Input, endpoint?: Endpoint): number {
  const asked = first(input, ["duration", "duration_seconds", "seconds", "seconds_total"]);
  if (asked !== undefined) return asked;
  const length = positive(input.music_length_ms);
  if (length !== undefined) return length / 1000;
  const frames = positive(input.num_frames);
  if (frames !== undefined) return frames / (positive(input.fps) ?? FRAMES_A_SECOND);
  if ("audio_url" in input || "video_url" in input) return SECONDS_OF_A_FILE;
  const longest = (endpoint?.input.duration?.enum ?? []).map((value) => positive(value) ?? 0);
  return Math.max(SECONDS, ...longest);
}
