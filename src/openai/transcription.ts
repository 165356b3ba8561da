/** OpenAI's transcriptions: the request, and every form of the answer (`resources/audio`). */
import { type Static, Type } from "@sinclair/typebox";
import { withoutWaiting } from "./task.ts";

const choice = <const T extends readonly string[]>(words: T, description: string) =>
  Type.Optional(
    Type.Unsafe<T[number]>(
      Type.Union(
        words.map((word) => Type.Literal(word)),
        { description, enum: [...words] },
      ),
    ),
  );

const shared = {
  model: Type.String({
    description: "An alias from `/v1/models`, or the full id of any fal speech-to-text endpoint.",
    minLength: 1,
  }),
  prompt: Type.Optional(
    Type.String({ description: "What it may be about, where the model asks." }),
  ),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  ...withoutWaiting,
};

const FORMATS = ["json", "text", "srt", "vtt", "verbose_json"] as const;

/** Extra parameters are kept: they reach a model's field of the same name. */
export const TranscriptionParams = Type.Object(
  {
    ...shared,
    language: Type.Optional(Type.String({ description: "`de`, `de-DE` or `german`." })),
    response_format: choice([...FORMATS, "diarized_json"], "`json` unless it says otherwise."),
    timestamp_granularities: Type.Optional(
      Type.Array(Type.Union([Type.Literal("word"), Type.Literal("segment")]), {
        description: "With `verbose_json`: when each word was said, too.",
      }),
    ),
    stream: Type.Optional(Type.Boolean({ description: "Answer with server-sent events." })),
  },
  { additionalProperties: true },
);
export type TranscriptionParams = Static<typeof TranscriptionParams>;

export const TranslationParams = Type.Object(
  { ...shared, response_format: choice(FORMATS, "`json` unless it says otherwise.") },
  { additionalProperties: true },
);
export type TranslationParams = Static<typeof TranslationParams>;

export type TranscriptFormat = NonNullable<TranscriptionParams["response_format"]>;

/** What was said; times in seconds. */
export interface Said {
  text: string;
  /** An English word in lower case: `german`. */
  language?: string;
  duration?: number;
  segments?: readonly { text: string; start: number; end: number; speaker?: string }[];
  words?: readonly { word: string; start: number; end: number }[];
}

/** Formats that say when each sentence was said. */
export const isTimed = (format: TranscriptFormat) => /^(srt|vtt|diarized_json)$/.test(format);

export const isPlainText = (format: TranscriptFormat) => /^(text|srt|vtt)$/.test(format);

/** The text of `text`, `srt` and `vtt`. */
export function transcriptText(format: TranscriptFormat, { text, segments = [] }: Said): string {
  if (format === "text") return `${text}\n`;
  const comma = format === "srt" ? "," : ".";
  const cues = segments.map(({ text, start, end }, index) => {
    const line = `${clock(start, comma)} --> ${clock(end, comma)}\n${text}\n`;
    return format === "srt" ? `${index + 1}\n${line}` : line;
  });
  return [...(format === "vtt" ? ["WEBVTT\n"] : []), ...cues, ""].join("\n");
}

function clock(seconds: number, comma: string): string {
  const ms = Math.round(seconds * 1000);
  const part = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, "0");
  const [h, m, s] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60];
  return `${part(h)}:${part(m)}:${part(s)}${comma}${part(ms % 1000, 3)}`;
}

/** The object of `json`, `verbose_json` and `diarized_json`. */
export function transcriptJson(
  format: TranscriptFormat,
  said: Said,
  asked: { task: "transcribe" | "translate"; words: boolean; temperature?: number },
): object {
  const { text, language, duration, segments, words } = said;
  const usage =
    duration === undefined ? {} : { usage: { type: "duration", seconds: Math.ceil(duration) } };
  const length = duration === undefined ? {} : { duration };
  if (format === "diarized_json") {
    return {
      task: asked.task,
      ...length,
      text,
      segments: (segments ?? []).map(diarized),
      ...usage,
    };
  }
  if (format !== "verbose_json") return { text, ...usage };
  return {
    task: asked.task,
    ...(language === undefined ? {} : { language }),
    ...length,
    text,
    ...(segments && { segments: segments.map(whisperSegment(asked.temperature ?? 0)) }),
    ...(asked.words &&
      words && { words: words.map(({ word, start, end }) => ({ word, start, end })) }),
    ...usage,
  };
}

type Segment = NonNullable<Said["segments"]>[number];

function diarized({ text, start, end, speaker = "A" }: Segment, index: number) {
  return { type: "transcript.text.segment", id: `seg_${index}`, start, end, text, speaker };
}

/**
 * Strict clients want all ten of Whisper's fields or no segment at all. Words and times are true;
 * what only Whisper's own decoder could measure is said to be unremarkable.
 */
function whisperSegment(temperature: number) {
  return ({ text, start, end }: Segment, id: number) => ({
    id,
    seek: 0,
    start,
    end,
    text,
    tokens: [],
    temperature,
    avg_logprob: 0,
    compression_ratio: 1,
    no_speech_prob: 0,
  });
}

export type TranscriptEvent = { type: string } & Record<string, unknown>;

/** The stream's events: fal tells all at once, so each sentence is a delta. */
export function transcriptEvents(
  format: TranscriptFormat,
  { text, segments }: Said,
): TranscriptEvent[] {
  const spoken = segments?.length ? segments.map((segment) => segment.text) : [text];
  const joined = spoken.join(" ") === text ? spoken : [text];
  const deltas =
    format === "diarized_json"
      ? (segments ?? []).map(diarized)
      : joined.map((delta, index) => ({
          type: "transcript.text.delta",
          delta: index === 0 ? delta : ` ${delta}`,
        }));
  return [...deltas, { type: "transcript.text.done", text }];
}

export const TranscriptAnswer = Type.Object(
  {
    text: Type.String(),
    task: Type.Optional(Type.String()),
    language: Type.Optional(Type.String()),
    duration: Type.Optional(Type.Number()),
    segments: Type.Optional(Type.Array(Type.Unknown())),
    words: Type.Optional(Type.Array(Type.Unknown())),
    usage: Type.Optional(Type.Unknown()),
  },
  { description: "What was said" },
);
