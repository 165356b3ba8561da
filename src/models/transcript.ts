/** What was said, as one shape, whatever the model that wrote it down answers. */
import { languageCode } from "./fit/language.ts";
import { text as wholeText } from "./output.ts";

/** A stretch of speech; times in seconds. */
export interface Segment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly speaker?: string;
}

export interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly speaker?: string;
}

export interface Transcript {
  readonly text: string;
  /** ISO 639-1. */
  readonly language?: string;
  /** Seconds, up to the last thing said. */
  readonly duration?: number;
  readonly segments?: readonly Segment[];
  readonly words?: readonly Word[];
}

/** A silence that ends a segment, in seconds, and how long one may be. */
const PAUSE = 0.8;
const LONGEST = 30;

/** One of these ends a sentence. */
const ENDS = /[.!?。！？…]["'”’)]*$/;

const UNSPACED = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}]/u;

/** Reads an output; `words` says that the chunks of it are words. Nothing where it has no text. */
export function transcript(output: unknown, { words = false } = {}): Transcript | undefined {
  const fields = record(output);
  const chunks = list(fields.chunks).flatMap(readChunk);
  const spoken = [...list(fields.words).flatMap(readWord), ...(words ? chunks.map(asWord) : [])];
  const segments = words || chunks.length === 0 ? sentences(spoken) : chunks;
  const text = wholeText(output) ?? joined(segments);
  if (text === undefined) return undefined;
  const language = firstLanguage(fields);
  const duration = number(fields.duration) ?? [...segments, ...spoken].at(-1)?.end;
  return {
    text: text.trim(),
    ...(language === undefined ? {} : { language }),
    ...(duration === undefined ? {} : { duration }),
    ...(segments.length === 0 ? {} : { segments }),
    ...(spoken.length === 0 ? {} : { words: spoken }),
  };
}

/** Whisper's: `{text, timestamp: [start, end], speaker?}`; the last one may lack its end. */
function readChunk(value: unknown): Segment[] {
  const { text, timestamp, speaker } = record(value);
  const [start, end] = list(timestamp).map(number);
  if (typeof text !== "string" || start === undefined) return [];
  return [{ text: text.trim(), start, end: end ?? start, ...who(speaker) }];
}

/** ElevenLabs': `{text, start, end, type, speaker_id}`; spaces and noises are words there too. */
function readWord(value: unknown): Word[] {
  const { text, word, type, start, end, speaker_id, speaker } = record(value);
  const spoken = typeof text === "string" ? text : word;
  const [from, to] = [number(start), number(end)];
  if (typeof spoken !== "string" || from === undefined || to === undefined) return [];
  if (type !== undefined && type !== "word") return [];
  return [{ word: spoken.trim(), start: from, end: to, ...who(speaker_id ?? speaker) }];
}

function asWord({ text, ...times }: Segment): Word {
  return { word: text, ...times };
}

/** Words as sentences: another speaker, a silence, a full stop or half a minute ends one. */
function sentences(words: readonly Word[]): Segment[] {
  const groups: Word[][] = [];
  for (const word of words) {
    const open = groups.at(-1);
    const last = open?.at(-1);
    const goesOn =
      open !== undefined &&
      last !== undefined &&
      last.speaker === word.speaker &&
      word.start - last.end <= PAUSE &&
      word.end - open[0]!.start <= LONGEST &&
      !ENDS.test(last.word);
    if (goesOn) open.push(word);
    if (!goesOn) groups.push([word]);
  }
  return groups.map((group) => ({
    text: group.reduce((text, { word }) => text + gap(text, word) + word, ""),
    start: group[0]!.start,
    end: group.at(-1)!.end,
    ...who(group[0]!.speaker),
  }));
}

/** Chinese, Japanese and Thai put no spaces between words. */
function gap(text: string, word: string) {
  return text === "" || (UNSPACED.test(text.at(-1)!) && UNSPACED.test(word)) ? "" : " ";
}

function joined(segments: readonly Segment[]) {
  return segments.length === 0 ? undefined : segments.map(({ text }) => text).join(" ");
}

function firstLanguage(fields: Record<string, unknown>) {
  const { language_code, language, languages, inferred_languages } = fields;
  const named = [language_code, language, ...list(inferred_languages), ...list(languages)];
  const text = named.find((value) => typeof value === "string" && value !== "");
  return typeof text === "string" ? (languageCode(text) ?? text) : undefined;
}

function who(speaker: unknown) {
  return typeof speaker === "string" && speaker !== "" ? { speaker } : {};
}

function number(value: unknown) {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
