/** Transcripts at the wire: a form with a sound in, one input at fal, every form of the answer out. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { blocks } from "../support/events.ts";
import { generated, type Sent, stored, uploaded } from "../support/fal.ts";
import { form, named, png, wav } from "../support/files.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

const [TRANSCRIBE, TRANSLATE] = ["/v1/audio/transcriptions", "/v1/audio/translations"];

let count = 0;
/** Each is a sample longer than the one before: falgate sends the same bytes to fal once. */
const sound = () => named(wav(1 + ++count / 24_000), "said.wav", "audio/wav");

const UP = uploaded("sound.wav", "audio/wav");
const WAV = stored("sound.wav");

const TEXT = "This is the sandbox speaking. Nothing was heard, yet every word has its time.";
const usage = { usage: { type: "duration", seconds: expect.any(Number) } };

const wizper = (more: object = {}): Sent[] => [
  UP,
  ...generated("fal-ai/wizper", { audio_url: WAV, task: "transcribe", ...more }),
];
const scribe = (more: object = {}): Sent[] => [
  UP,
  ...generated("fal-ai/elevenlabs/speech-to-text/scribe-v2", {
    audio_url: WAV,
    diarize: false,
    tag_audio_events: false,
    ...more,
  }),
];

const post = (fields: object, path = TRANSCRIBE!) => ({
  path,
  body: form({ file: sound(), ...fields }),
});

const segment = (id: number, start: number, end: number, text: string) => ({
  id,
  seek: 0,
  start,
  end,
  text,
  tokens: [],
  temperature: 0,
  avg_logprob: 0,
  compression_ratio: 1,
  no_speech_prob: 0,
});

const SEGMENTS = [
  segment(0, 0, 2, "This is the sandbox speaking."),
  segment(1, 2, 5.6, "Nothing was heard, yet every word has its time."),
];

const table: readonly Scenario[] = [
  {
    name: "json",
    send: post({ model: "whisper-1" }),
    fal: wizper(),
    expect: { status: 200, body: { text: TEXT, ...usage } },
  },
  {
    name: "a language, a prompt and a temperature, as a form writes them",
    send: post({ model: "whisper-1", language: "de", temperature: "0.2", prompt: '{"a":1}' }),
    fal: wizper({ language: "de" }),
    expect: { status: 200, body: { text: TEXT, ...usage } },
  },
  {
    name: "text",
    send: post({ model: "gpt-4o-transcribe", response_format: "text" }),
    fal: scribe(),
    expect: {
      status: 200,
      text: `${TEXT}\n`,
      headers: { "content-type": "text/plain; charset=utf-8" },
    },
  },
  {
    name: "srt",
    send: post({ model: "whisper-1", response_format: "srt" }),
    fal: wizper(),
    expect: {
      status: 200,
      text:
        "1\n00:00:00,000 --> 00:00:02,000\nThis is the sandbox speaking.\n\n" +
        "2\n00:00:02,000 --> 00:00:05,600\nNothing was heard, yet every word has its time.\n\n",
      headers: { "content-type": "text/plain; charset=utf-8" },
    },
  },
  {
    name: "vtt",
    send: post({ model: "whisper-1", response_format: "vtt" }),
    fal: wizper(),
    expect: { status: 200, text: /^WEBVTT\n\n00:00:00\.000 --> 00:00:02\.000\nThis is/ },
  },
  {
    name: "verbose_json with true segments",
    send: post({ model: "whisper-1", response_format: "verbose_json" }),
    fal: wizper(),
    expect: {
      status: 200,
      body: {
        task: "transcribe",
        language: "english",
        duration: 5.6,
        text: TEXT,
        segments: SEGMENTS,
        ...usage,
      },
    },
  },
  {
    name: "verbose_json with words, by the model of the chain that tells them",
    send: post({
      model: "whisper-1",
      response_format: "verbose_json",
      "timestamp_granularities[]": ["word", "segment"],
    }),
    fal: [
      UP,
      ...generated("fal-ai/whisper", {
        audio_url: WAV,
        task: "transcribe",
        chunk_level: "word",
        diarize: false,
      }),
    ],
    expect: { status: 200, text: /"words":\[\{"word":"This","start":0,"end":0.4\}/ },
  },
  {
    name: "verbose_json of a model that tells no times has none",
    send: post({ model: "fal-ai/speech-to-text", response_format: "verbose_json" }),
    fal: [UP, ...generated("fal-ai/speech-to-text", { audio_url: WAV })],
    expect: {
      status: 200,
      body: { task: "transcribe", duration: expect.any(Number), text: TEXT, ...usage },
    },
  },
  {
    name: "who spoke",
    send: post({ model: "gpt-4o-transcribe-diarize", response_format: "diarized_json" }),
    fal: scribe({ diarize: true }),
    expect: { status: 200, text: /"type":"transcript.text.segment","id":"seg_0".*"speaker_0"/ },
  },
  {
    name: "a translation",
    send: post({ model: "whisper-1", response_format: "verbose_json" }, TRANSLATE),
    fal: wizper({ task: "translate" }),
    expect: { status: 200, text: /^\{"task":"translate","language":"english"/ },
  },
  {
    name: "a translation by the model of a chain that can",
    send: post({ model: "gpt-4o-transcribe" }, TRANSLATE),
    fal: wizper({ task: "translate" }),
    expect: { status: 200, body: { text: TEXT, ...usage } },
  },
];

scenarios("transcripts", table);

const model = { model: "whisper-1" };
const of = (file: unknown) => ({ path: TRANSCRIBE!, body: form({ ...model, file }) });

scenarios(
  "transcripts that cannot be",
  (
    [
      [
        "no file",
        { path: TRANSCRIBE!, body: form(model) },
        "Missing required parameter: 'file'.",
        "file",
        "missing_required_parameter",
      ],
      ["a text for a file", of("said.wav"), "'file' must be a file with sound.", "file"],
      ["an empty file", of(named("", "a.wav", "audio/wav")), "'file' is an empty file.", "file"],
      [
        "a sound of no length",
        of(named(wav(0), "a.wav", "audio/wav")),
        "'file' is 0 seconds long.",
        "file",
      ],
      ["a picture", of(png()), "'file' is no sound that models can read.", "file"],
      [
        "a text that says it is a sound",
        of(named("la la la la la la la", "a.mp3", "audio/mpeg")),
        /no sound/,
        "file",
      ],
      ["two files", of([sound(), sound()]), "'file' was given more than once.", "file"],
      ["JSON", { path: TRANSCRIBE!, body: { model: "whisper-1" } }, /multipart\/form-data/, "file"],
      [
        "no model",
        { path: TRANSCRIBE!, body: form({ file: sound() }) },
        /'model'/,
        "model",
        "missing_required_parameter",
      ],
      [
        "a format that nobody has",
        post({ ...model, response_format: "xml" }),
        /"json", "text"/,
        "response_format",
      ],
      [
        "a language that nobody speaks",
        post({ ...model, language: "klingonese" }),
        /Invalid language/,
        "language",
      ],
      [
        "a temperature that is none",
        post({ ...model, temperature: "hot" }),
        /'temperature'/,
        "temperature",
      ],
      [
        "times that the model does not tell",
        post({ model: "fal-ai/speech-to-text", response_format: "srt" }),
        /does not tell when anything was said/,
        "response_format",
      ],
      [
        "speakers that the model does not tell",
        post({ model: "fal-ai/wizper", response_format: "diarized_json" }),
        /does not tell who spoke/,
        "response_format",
      ],
      [
        "a translation by a model that cannot",
        post({ model: "fal-ai/elevenlabs/speech-to-text" }, TRANSLATE),
        /does not translate/,
        "model",
      ],
      [
        "a model that speaks",
        post({ model: "tts-1" }),
        "The model 'tts-1' does not listen.",
        "model",
        "unsupported_model",
      ],
    ] as const
  ).map(([name, send, message, param, code = "invalid_value"]) => ({
    name,
    send,
    expect: { status: 400, body: invalid(message, param, code) },
  })),
);

describe.each(PLACES)("a transcript as events, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  test("tells each sentence, then all", async () => {
    const response = await gateway.fetch(TRANSCRIBE!, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: form({ file: sound(), model: "gpt-4o-transcribe", stream: "true" }),
    });
    const events = blocks(await response.text()).filter((block) => "event" in block);
    expect(events.map((block) => (block as { data: object }).data)).toEqual([
      { type: "transcript.text.delta", delta: "This is the sandbox speaking." },
      {
        type: "transcript.text.delta",
        delta: " Nothing was heard, yet every word has its time.",
      },
      { type: "transcript.text.done", text: TEXT },
    ]);
  });

  test("paid once when an SDK sends the same sound again", async () => {
    gateway.fal.reset();
    const file = sound();
    const ask = (retry: number) =>
      gateway.fetch(TRANSCRIBE!, {
        method: "POST",
        headers: {
          authorization: `Bearer ${CLIENT_KEY}`,
          "x-stainless-retry-count": String(retry),
        },
        body: form({ file, model: "whisper-1" }),
      });
    expect([(await ask(0)).status, (await ask(1)).status]).toEqual([200, 200]);
    const submissions = gateway.fal.requests.filter(
      ({ host, method }) => host === "queue" && method === "POST",
    );
    expect(submissions).toHaveLength(1);
  });
});
