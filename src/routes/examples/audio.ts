/** Speech and transcripts as the documentation shows them. */
import type { TObject } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import type { Examples } from "../../http/answers.ts";
import { speechDelta, speechDone } from "../../openai/speech.ts";
import {
  transcriptEvents,
  transcriptJson,
  TranscriptionParams,
  TranslationParams,
} from "../../openai/transcription.ts";

const INPUT = "The keeper lit the lamp at dusk.";

export const SPEECH_REQUESTS: Examples = {
  "As it comes": { model: "tts-1", input: INPUT, voice: "nova" },
  "A format and a pace": {
    model: "tts-1-hd",
    input: INPUT,
    voice: "onyx",
    response_format: "flac",
    speed: 1.2,
  },
  "Told how": {
    model: "gpt-4o-mini-tts",
    input: INPUT,
    voice: "coral",
    instructions: "Whisper, as if somebody slept next door.",
  },
  "As events": { model: "tts-1", input: INPUT, voice: "alloy", stream_format: "sse" },
  "A model's own voice": {
    model: "fal-ai/kokoro/american-english",
    input: INPUT,
    voice: "af_heart",
    response_format: "wav",
  },
};

/** The first bytes of a file of that kind. */
const bytes = (begins: string) => ({
  schema: { type: "string" as const, format: "binary" },
  examples: { "The beginning of the file": { value: begins } },
});

const EVENTS = `event: speech.audio.delta
data: ${JSON.stringify(speechDelta("SUQzBAAAAAAA…"))}

event: ${speechDone.type}
data: ${JSON.stringify(speechDone)}
`;

export const SPEECH_ANSWER = {
  description: "The sound, as it was asked for or as the model gives it",
  content: {
    "audio/mpeg": bytes("ID3…"),
    "audio/ogg": bytes("OggS…"),
    "audio/aac": bytes("ÿñ…"),
    "audio/flac": bytes("fLaC…"),
    "audio/wav": bytes("RIFF…WAVEfmt …"),
    "audio/pcm": bytes("…"),
    "text/event-stream": {
      schema: { type: "string" as const },
      examples: { Stream: { value: EVENTS } },
    },
  },
};

function body({ properties, required }: TObject, example: Record<string, unknown>) {
  const file = {
    type: "string",
    format: "binary",
    description: "MP3, WAV, FLAC, Ogg, M4A, MP4, WebM.",
  };
  const schema = {
    type: "object",
    properties: { file, ...properties },
    required: ["file", ...(required ?? [])],
  };
  return {
    required: true,
    content: { "multipart/form-data": { schema, example } },
  } as DocumentDecoration["requestBody"];
}

export const TRANSCRIPTION_BODY = body(TranscriptionParams, {
  model: "whisper-1",
  response_format: "verbose_json",
});

export const TRANSLATION_BODY = body(TranslationParams, { model: "whisper-1" });

const SAID = {
  text: INPUT,
  language: "english",
  duration: 2.4,
  segments: [{ text: INPUT, start: 0, end: 2.4 }],
};

const asked = { task: "transcribe", words: false } as const;

export const TRANSCRIPT_ANSWERS: Examples = {
  json: transcriptJson("json", SAID, asked),
  verbose_json: transcriptJson("verbose_json", SAID, asked),
};

export const TRANSCRIPT_EVENTS = transcriptEvents("json", SAID)
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n`)
  .join("\n");
