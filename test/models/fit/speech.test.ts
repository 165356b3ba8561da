/** Requests to speak and to make music, and the exact input that each model is sent. */
import { describe, expect, test } from "bun:test";
import { builtinCatalog } from "../../../src/models/catalog.ts";
import { fitMusic, type MusicRequest } from "../../../src/models/fit/music.ts";
import { fitSpeech, type SpeechRequest } from "../../../src/models/fit/speech.ts";
import { createDictionary } from "../../../src/models/resolve.ts";
import { openAIVoices, voicePlace } from "../../../src/models/voices.ts";
import { ApiError } from "../../../src/openai/error.ts";

const catalog = builtinCatalog();
const dictionary = createDictionary({ catalog });

function fit(name: string, request: Partial<SpeechRequest>) {
  const model = dictionary.resolve(name)!;
  const {
    calls,
    words: _,
    ...told
  } = fitSpeech({ input: "Hello.", ...request }, model.endpoints[0]!, model.alias?.defaults);
  return { input: calls[0]!.input, ...told };
}

function refusal(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return [error.status, error.param];
    throw error;
  }
  return undefined;
}

describe("OpenAI's names", () => {
  test.each([
    ["tts-1", "fal-ai/minimax/speech-2.8-turbo"],
    ["tts-1-hd", "fal-ai/minimax/speech-2.8-hd"],
    ["gpt-4o-mini-tts", "fal-ai/gemini-tts"],
  ])("%s speaks through %s", (name, id) => {
    const model = dictionary.resolve(name)!;
    expect([model.kind, model.modality, model.endpoints[0]!.id]).toEqual([
      "speech",
      "text-to-speech",
      id,
    ]);
  });

  const request = { voice: "onyx", response_format: "mp3", speed: 1.25, instructions: "Whisper." };

  test.each<[string, Record<string, unknown>, string[], string | undefined]>([
    [
      "tts-1",
      {
        prompt: "Hello.",
        voice_setting: { voice_id: "Deep_Voice_Man", speed: 1.25 },
        audio_setting: { format: "mp3" },
        output_format: "url",
      },
      ["voice onyx became Deep_Voice_Man", "instructions were left out: this model takes none"],
      "mp3",
    ],
    [
      "gpt-4o-mini-tts",
      {
        prompt: "Hello.",
        voice: "Algenib",
        style_instructions: "Whisper.",
        output_format: "mp3",
      },
      ["voice onyx became Algenib", "speed 1.25 was left out: this model has one"],
      "mp3",
    ],
    [
      "fal-ai/elevenlabs/tts/turbo-v2.5",
      { text: "Hello.", voice: "Bill", speed: 1.2 },
      [
        "voice onyx became Bill",
        "speed 1.25 became 1.2",
        "instructions were left out: this model takes none",
      ],
      undefined,
    ],
    [
      "fal-ai/kokoro/american-english",
      { prompt: "Hello.", voice: "am_onyx", speed: 1.25 },
      ["instructions were left out: this model takes none"],
      undefined,
    ],
    [
      "xai/tts/v1",
      { text: "Hello.", voice: "rex", output_format: { codec: "mp3" } },
      [
        "voice onyx became rex",
        "speed 1.25 was left out: this model has one",
        "instructions were left out: this model takes none",
      ],
      "mp3",
    ],
    [
      "fal-ai/qwen-3-tts/text-to-speech/1.7b",
      { text: "Hello.", voice: "Dylan", prompt: "Whisper." },
      ["voice onyx became Dylan", "speed 1.25 was left out: this model has one"],
      undefined,
    ],
    [
      "fal-ai/vibevoice",
      { script: "Hello.", speakers: [{ preset: "Carter [EN]" }] },
      [
        "voice onyx became Carter [EN]",
        "speed 1.25 was left out: this model has one",
        "instructions were left out: this model takes none",
      ],
      undefined,
    ],
    [
      "fal-ai/dia-tts",
      { text: "Hello." },
      [
        "voice onyx was left out: this model has one voice",
        "speed 1.25 was left out: this model has one",
        "instructions were left out: this model takes none",
      ],
      undefined,
    ],
  ])("%s", (name, input, adjusted, format) => {
    expect(fit(name, request)).toStrictEqual({
      input,
      adjusted,
      ...(format === undefined ? {} : { format }),
    });
  });
});

describe("voice", () => {
  test.each<[string, string, unknown]>([
    ["fal-ai/kokoro/american-english", "alloy", "af_alloy"],
    ["fal-ai/kokoro/american-english", "fable", "am_adam"],
    ["fal-ai/kokoro/british-english", "fable", "bm_fable"],
    ["fal-ai/kokoro/french", "echo", "ff_siwis"],
    ["fal-ai/kokoro/hindi", "echo", "hm_omega"],
    ["fal-ai/gemini-tts", "Kore", "Kore"],
    ["fal-ai/gemini-tts", "kore", "Kore"],
    ["fal-ai/gemini-tts", "NOVA", "Zephyr"],
    ["fal-ai/inworld-tts", "ashley", "Ashley (en)"],
    ["fal-ai/elevenlabs/tts/turbo-v2.5", "rachel", "Rachel"],
    ["fal-ai/elevenlabs/tts/turbo-v2.5", "21m00Tcm4TlvDq8ikWAM", "21m00Tcm4TlvDq8ikWAM"],
    ["fal-ai/orpheus-tts", "shimmer", "leah"],
    ["fal-ai/vibevoice/0.5b", "sage", "Emma"],
  ])("%s, %s: %s", (name, voice, own) => {
    expect(fit(name, { voice }).input.voice ?? fit(name, { voice }).input.speaker).toBe(
      own as string,
    );
  });

  test("each of OpenAI's is somebody wherever there are voices to choose from", () => {
    for (const id of catalog.ids()) {
      const endpoint = catalog.get(id)!;
      const place = voicePlace(endpoint);
      if (!place || place.names.length === 0 || endpoint.output !== "audio") continue;
      for (const voice of openAIVoices) {
        const { calls } = fitSpeech({ input: "Hello.", voice, extra: needed(id) }, endpoint);
        expect(JSON.stringify(calls[0]!.input)).toContain(
          place.names.find((name) => JSON.stringify(calls[0]!.input).includes(`"${name}"`))!,
        );
      }
    }
  });

  function needed(id: string) {
    return id.startsWith("fal-ai/personaplex") ? { audio_url: "https://x/s.mp3", audio: "x" } : {};
  }

  test.each([
    ["fal-ai/gemini-tts", "Rachel"],
    ["fal-ai/kokoro/american-english", "bm_fable"],
    ["fal-ai/kokoro/french", "af_alloy"],
    ["fal-ai/dia-tts", "Rachel"],
  ])("%s has no %s", (name, voice) => {
    expect(refusal(() => fit(name, { voice }))).toEqual([400, "voice"]);
  });

  test("one that must be named is alloy's like", () => {
    expect(fit("fal-ai/kokoro/spanish", {}).input).toStrictEqual({
      prompt: "Hello.",
      voice: "ef_dora",
    });
  });
});

test.each<[string, string, Record<string, unknown>, string | undefined]>([
  [
    "tts-1",
    "pcm",
    { output_format: "url", audio_setting: { format: "pcm", sample_rate: 24000 } },
    "pcm",
  ],
  ["tts-1", "flac", { output_format: "url", audio_setting: { format: "flac" } }, "flac"],
  ["tts-1", "opus", { output_format: "url" }, undefined],
  ["gpt-4o-mini-tts", "opus", { output_format: "ogg_opus" }, "opus"],
  ["gpt-4o-mini-tts", "aac", {}, undefined],
  ["xai/tts/v1", "pcm", { output_format: { codec: "pcm", sample_rate: 24000 } }, "pcm"],
  ["fal-ai/kokoro/american-english", "mp3", {}, undefined],
])("%s as %s", (name, response_format, sent, format) => {
  const fitted = fit(name, { response_format });
  const { prompt: _, text: __, ...input } = fitted.input;
  expect([input, fitted.format]).toStrictEqual([sent, format]);
});

test("the model's own fields win, and what is within an object stays", () => {
  const extra = { voice_setting: { emotion: "happy" }, language_boost: "German" };
  expect(fit("tts-1", { voice: "nova", extra }).input).toStrictEqual({
    prompt: "Hello.",
    voice_setting: { voice_id: "Inspirational_girl", emotion: "happy" },
    output_format: "url",
    language_boost: "German",
  });
});

test.each<[Partial<SpeechRequest>, string]>([
  [{ input: "" }, "input"],
  [{ input: null as never }, "input"],
  [{ speed: 5 }, "speed"],
  [{ speed: 0.1 }, "speed"],
  [{ speed: Number.NaN }, "speed"],
  [{ speed: "2" as never }, "speed"],
])("%j is refused, naming %s", (request, param) => {
  expect(refusal(() => fit("tts-1", request))).toEqual([400, param]);
});

test("instructions that a model cannot do without are asked for", () => {
  expect(refusal(() => fit("fal-ai/maya", {}))).toEqual([400, "instructions"]);
});

test.each<[string, Partial<MusicRequest>, Record<string, unknown>]>([
  ["CassetteAI/music-generator", {}, { prompt: "rain", duration: 30 }],
  ["fal-ai/elevenlabs/music", { seconds: 20 }, { prompt: "rain", music_length_ms: 20000 }],
  ["fal-ai/stable-audio", { seconds: "8" }, { prompt: "rain", seconds_total: 8 }],
  [
    "fal-ai/diffrhythm",
    { lyrics: "la", seconds: 60, nearest: true },
    { style_prompt: "rain", lyrics: "la", music_duration: "95s" },
  ],
  ["fal-ai/yue", { lyrics: "la" }, { genres: "rain", lyrics: "la" }],
  [
    "fal-ai/minimax-music/v2",
    { lyrics: "la la", response_format: "mp3" },
    { prompt: "rain", lyrics_prompt: "la la", audio_setting: { format: "mp3" } },
  ],
  [
    "fal-ai/elevenlabs/sound-effects/v2",
    { seconds: 3, response_format: "mp3" },
    { text: "rain", duration_seconds: 3, output_format: "mp3_44100_128" },
  ],
])("%s makes a sound of %j", (id, request, input) => {
  const { calls } = fitMusic({ prompt: "rain", ...request }, catalog.get(id)!);
  expect(calls[0]!.input).toStrictEqual(input);
});

test("music needs a prompt, and a length that the model has", () => {
  const endpoint = catalog.get("fal-ai/diffrhythm")!;
  const request = { prompt: "rain", lyrics: "la" };
  expect(refusal(() => fitMusic({ ...request, seconds: 60 }, endpoint))).toEqual([400, "seconds"]);
  expect(refusal(() => fitMusic({ prompt: "rain" }, endpoint))).toEqual([400, "lyrics"]);
  const generator = catalog.get("CassetteAI/music-generator")!;
  expect(refusal(() => fitMusic({ prompt: "" }, generator))).toEqual([400, "prompt"]);
});
