/** Speech at the wire: OpenAI's words in, one input at fal, the sound itself out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readWav, soundType } from "../../src/formats/sound.ts";
import { blocks } from "../support/events.ts";
import { generated, sent } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import { error, invalid, type Scenario, scenarios, SECRET } from "../support/scenario.ts";

const PATH = "/v1/audio/speech";
const HELLO = { input: "Hello there." };
const TURBO = "fal-ai/minimax/speech-2.8-turbo";
const turbo = (more: object = {}) => generated(TURBO, { prompt: "Hello there.", ...more });

interface Case {
  name: string;
  body: object;
  fal: Scenario["fal"];
  type: string;
  /** What the bytes are; nothing for bare samples. */
  bytes?: string | undefined;
  adjusted?: string;
}

const URL_OUT = { output_format: "url" };
const nova = { voice_setting: { voice_id: "Inspirational_girl" } };

const CASES: readonly Case[] = [
  {
    name: "as it comes",
    body: { ...HELLO, model: "tts-1", voice: "nova" },
    fal: turbo({ ...URL_OUT, ...nova }),
    type: "audio/mpeg",
    bytes: "audio/mpeg",
    adjusted: "voice nova became Inspirational_girl",
  },
  {
    name: "a voice by its id, mp3, a pace that the model has",
    body: {
      ...HELLO,
      model: "tts-1",
      voice: { id: "Wise_Woman" },
      response_format: "mp3",
      speed: 1.5,
    },
    fal: turbo({
      ...URL_OUT,
      voice_setting: { voice_id: "Wise_Woman", speed: 1.5 },
      audio_setting: { format: "mp3" },
    }),
    type: "audio/mpeg",
    bytes: "audio/mpeg",
  },
  {
    name: "a pace beyond the model's",
    body: { ...HELLO, model: "tts-1", voice: "Wise_Woman", speed: 4 },
    fal: turbo({ ...URL_OUT, voice_setting: { voice_id: "Wise_Woman", speed: 2 } }),
    type: "audio/mpeg",
    bytes: "audio/mpeg",
    adjusted: "speed 4 became 2",
  },
  {
    name: "flac",
    body: { ...HELLO, model: "tts-1", response_format: "flac" },
    fal: turbo({ ...URL_OUT, audio_setting: { format: "flac" } }),
    type: "audio/flac",
    bytes: "audio/flac",
  },
  {
    name: "opus, where the model calls it otherwise",
    body: { ...HELLO, model: "gpt-4o-mini-tts", response_format: "opus", instructions: "Whisper." },
    fal: generated("fal-ai/gemini-tts", {
      prompt: "Hello there.",
      style_instructions: "Whisper.",
      output_format: "ogg_opus",
    }),
    type: "audio/ogg",
    bytes: "audio/ogg",
  },
  {
    name: "wav of a model that gives bare samples only",
    body: { ...HELLO, model: "tts-1", response_format: "wav" },
    fal: turbo({ ...URL_OUT, audio_setting: { format: "pcm", sample_rate: 24000 } }),
    type: "audio/wav",
    bytes: "audio/wav",
  },
  {
    name: "bare samples of a model that gives wav only",
    body: {
      ...HELLO,
      model: "fal-ai/kokoro/american-english",
      voice: "af_heart",
      response_format: "pcm",
    },
    fal: generated("fal-ai/kokoro/american-english", { prompt: "Hello there.", voice: "af_heart" }),
    type: "audio/pcm",
  },
  {
    name: "what a model of unknown formats gives, which is said",
    body: { ...HELLO, model: "fal-ai/dia-tts", response_format: "mp3" },
    fal: generated("fal-ai/dia-tts", { text: "Hello there." }),
    type: "audio/wav",
    bytes: "audio/wav",
    adjusted: "response_format mp3 became wav",
  },
];

describe.each(PLACES)("speech, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  const speak = (body: object) =>
    gateway.fetch(PATH, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify(body),
    });

  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    gateway.fal.reset();
    const response = await speak(each.body);
    const bytes = await response.bytes();
    expect([response.status, response.headers.get("content-type")]).toEqual([200, each.type]);
    expect(response.headers.get("x-falgate-adjusted")).toBe(each.adjusted ?? null);
    expect(bytes.length).toBeGreaterThan(100);
    expect(soundType(bytes)).toBe(each.bytes!);
    expect(sent(gateway.fal)).toStrictEqual(each.fal as never);
  });

  test("wav that was made of samples can be read", async () => {
    const response = await speak({ ...HELLO, model: "tts-1", response_format: "wav" });
    const wav = readWav(await response.bytes())!;
    expect(wav).toMatchObject({ channels: 1, rate: 24_000, bits: 16 });
    expect(wav.samples.length).toBeGreaterThan(10_000);
  });

  test("as events", async () => {
    const response = await speak({ ...HELLO, model: "tts-1", stream_format: "sse" });
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    const events = blocks(await response.text()).flatMap((block) =>
      "event" in block ? [block.data as { type: string; audio: string }] : [],
    );
    const sound = Buffer.concat(
      events.slice(0, -1).map(({ audio }) => Buffer.from(audio, "base64")),
    );
    expect(new Set(events.slice(0, -1).map(({ type }) => type))).toEqual(
      new Set(["speech.audio.delta"]),
    );
    expect(events.at(-1) as unknown).toEqual({
      type: "speech.audio.done",
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    });
    expect(sound.equals(await (await speak({ ...HELLO, model: "tts-1" })).bytes())).toBe(true);
  });

  test("a failure among events is one of them", async () => {
    const input = "x [sandbox error=content_policy_violation]";
    const response = await speak({ input, model: "tts-1", stream_format: "sse" });
    expect([response.status, blocks(await response.text()) as unknown]).toEqual([
      200,
      [
        {
          event: "error",
          data: error(/content policy/, "invalid_request_error", "content_policy_violation"),
        },
      ],
    ]);
  });

  test("the same again by an SDK's retry is paid once", async () => {
    gateway.fal.reset();
    const retry = (count: number) =>
      gateway.fetch(PATH, {
        method: "POST",
        headers: {
          authorization: `Bearer ${CLIENT_KEY}`,
          "x-stainless-retry-count": String(count),
        },
        body: JSON.stringify({ model: "tts-1", input: "once" }),
      });
    const [first, second] = [await (await retry(0)).bytes(), await (await retry(1)).bytes()];
    expect(Buffer.from(first).equals(second)).toBe(true);
    expect(sent(gateway.fal).filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});

const said = { model: "tts-1", input: `x ${SECRET}` };

scenarios(
  "speech that cannot be",
  (
    [
      [
        "no input",
        { model: "tts-1" },
        "Missing required parameter: 'input'.",
        "input",
        "missing_required_parameter",
      ],
      ["an empty input", { ...said, input: " " }, /'input'/, "input"],
      [
        "no model",
        { input: "x" },
        "Missing required parameter: 'model'.",
        "model",
        "missing_required_parameter",
      ],
      [
        "an unknown voice",
        { ...said, model: "fal-ai/kokoro/american-english", voice: "darth" },
        /Invalid voice 'darth': this model has af_heart, af_alloy/,
        "voice",
      ],
      ["a voice that is a number", { ...said, voice: 3 }, /'voice'/, "voice"],
      ["a speed as text", { ...said, speed: "1" }, /'speed'/, "speed"],
      [
        "a speed of nothing",
        { ...said, speed: 0 },
        "Invalid speed: it is a number from 0.25 to 4.",
        "speed",
      ],
      [
        "a format that nobody has",
        { ...said, response_format: "ogg" },
        /"mp3", "opus"/,
        "response_format",
      ],
      [
        "a format that the model has not",
        { ...said, response_format: "opus" },
        "The model 'tts-1' cannot give opus: it gives mp3, flac, pcm, wav.",
        "response_format",
      ],
      [
        "a model that draws",
        { ...said, model: "flux-dev" },
        "The model 'flux-dev' does not speak.",
        "model",
        "unsupported_model",
      ],
    ] as const
  ).map(([name, body, message, param, code = "invalid_value"]) => ({
    name,
    send: { path: PATH, body },
    expect: { status: 400, body: invalid(message, param, code) },
  })),
);
