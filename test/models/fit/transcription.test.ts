/** Requests to write down speech, and the exact input that each model is sent. */
import { describe, expect, test } from "bun:test";
import { builtinCatalog } from "../../../src/models/catalog.ts";
import { languageCode, languageName } from "../../../src/models/fit/language.ts";
import {
  chooseTranscription,
  fitTranscription,
  type TranscriptionRequest,
} from "../../../src/models/fit/transcription.ts";
import { createDictionary } from "../../../src/models/resolve.ts";
import { ApiError } from "../../../src/openai/error.ts";

const catalog = builtinCatalog();
const dictionary = createDictionary({ catalog });
const file = "https://x/s.mp3";

function fit(name: string, request: Partial<TranscriptionRequest>) {
  const model = dictionary.resolve(name)!;
  const [endpoint] = chooseTranscription(model.endpoints, request);
  const { calls, adjusted } = fitTranscription(
    { file, ...request },
    endpoint!,
    model.alias?.defaults,
  );
  return { id: endpoint!.id, input: calls[0]!.input, adjusted };
}

function refusal(name: string, request: Partial<TranscriptionRequest>) {
  try {
    fit(name, request);
  } catch (error) {
    if (error instanceof ApiError) return [error.status, error.param];
    throw error;
  }
  return undefined;
}

const WIZPER = "fal-ai/wizper";
const WHISPER = "fal-ai/whisper";
const SCRIBE = "fal-ai/elevenlabs/speech-to-text/scribe-v2";
const plain = { tag_audio_events: false, diarize: false };

test.each<[string, Partial<TranscriptionRequest>, string, Record<string, unknown>]>([
  ["whisper-1", {}, WIZPER, {}],
  ["whisper-1", { language: "de-DE", temperature: 0 }, WIZPER, { language: "de" }],
  ["whisper-1", { task: "translate" }, WIZPER, { task: "translate" }],
  [
    "whisper-1",
    { words: true, prompt: "Elysia, Bun" },
    WHISPER,
    { diarize: false, chunk_level: "word", prompt: "Elysia, Bun" },
  ],
  ["gpt-4o-transcribe", { language: "fr" }, SCRIBE, { ...plain, language_code: "fr" }],
  ["gpt-4o-transcribe", { words: true }, SCRIBE, plain],
  ["gpt-4o-transcribe", { task: "translate" }, WIZPER, { task: "translate" }],
  ["gpt-4o-mini-transcribe", {}, WIZPER, {}],
  ["gpt-4o-mini-transcribe", { words: true }, "fal-ai/elevenlabs/speech-to-text", plain],
  ["gpt-4o-transcribe-diarize", {}, SCRIBE, { ...plain, diarize: true }],
  [
    WHISPER,
    { diarize: true, extra: { num_speakers: "2" } },
    WHISPER,
    { diarize: true, num_speakers: 2 },
  ],
  [SCRIBE, { extra: { keyterms: ["Bun"] } }, SCRIBE, { keyterms: ["Bun"] }],
  [
    "fal-ai/speech-to-text/turbo",
    { prompt: "x", language: "en" },
    "fal-ai/speech-to-text/turbo",
    {},
  ],
])("%s, %j", (name, request, id, input) => {
  expect(fit(name, request)).toStrictEqual({
    id,
    input: { audio_url: file, ...input },
    adjusted: [],
  });
});

test("a language model that listens is told to write down what it hears", () => {
  const { input } = fit("openrouter/router/audio", {
    prompt: "Bun",
    extra: { model: "google/gemini-2.5-flash" },
  });
  expect(input).toStrictEqual({
    audio_url: file,
    prompt: "Write down what is said, word for word, and nothing else. It may be about: Bun",
    model: "google/gemini-2.5-flash",
  });
});

test("word times that a model lacks are said", () => {
  expect(fit(WIZPER, { words: true }).adjusted).toEqual([
    "word timestamps were left out: this model has none",
  ]);
});

test.each<[string, Partial<TranscriptionRequest>, string]>([
  ["whisper-1", { language: "klingon" }, "language"],
  ["whisper-1", { language: "xx" }, "language"],
  ["whisper-1", { language: "ga" }, "language"],
  [SCRIBE, { task: "translate" }, "model"],
  ["whisper-1", { extra: { max_segment_len: "long" } }, "max_segment_len"],
  ["fal-ai/flux/dev", {}, "model"],
])("%s refuses %j, naming %s", (name, request, param) => {
  expect(refusal(name, request)).toEqual([400, param]);
});

describe("languages", () => {
  test.each([
    ["de", "de"],
    ["DE", "de"],
    ["de-DE", "de"],
    ["zh_CN", "zh"],
    ["deu", "de"],
    ["ger", "de"],
    ["eng", "en"],
    ["ben", "bn"],
    ["cmn", "zh"],
    ["nb", "no"],
    ["jw", "jv"],
    ["german", "de"],
    ["Haitian Creole", "ht"],
    ["xx", undefined],
    ["", undefined],
    ["en; drop", undefined],
  ])("%j is %j", (text, code) => {
    expect(languageCode(text)).toBe(code as string);
  });

  test("Javanese is what Whisper calls it", () => {
    expect(fit("whisper-1", { language: "jv" }).input).toMatchObject({ language: "jw" });
  });

  test("their names are OpenAI's", () => {
    expect(["en", "de", "zh", "ja"].map(languageName)).toEqual([
      "english",
      "german",
      "chinese",
      "japanese",
    ]);
  });
});
