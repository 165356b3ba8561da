/** Edits, speech and transcripts by the unmodified SDKs against the executable. */
import { createOpenAI as openai4 } from "@ai-sdk/openai";
import { createOpenAICompatible as compatible3 } from "@ai-sdk/openai-compatible";
import * as ai7 from "ai";
import * as ai6 from "ai-6";
import { createOpenAI as openai3 } from "ai-sdk-openai-3";
import { createOpenAICompatible as compatible2 } from "ai-sdk-openai-compatible-2";
import { DallEAPIWrapper } from "@langchain/openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import OpenAI7 from "openai";
import OpenAI6 from "openai-6";
import { soundType } from "../../src/formats/sound.ts";
import { submitted } from "../support/fal.ts";
import { jpeg, png, wavFile, webp } from "../support/files.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary();
});
afterAll(() => gateway.stop());

const TEXT = "This is the sandbox speaking. Nothing was heard, yet every word has its time.";

/** The endpoints that generations were submitted to since the last look. */
function used(): string[] {
  const paths = submitted(gateway.fal).map(({ path }) => path);
  gateway.fal.reset();
  return paths.filter((path) => path.startsWith("/queue/")).map((path) => path.slice(7));
}
beforeEach(() => void used());

const seconds = () => wavFile(1 + Math.random());

describe.each([
  ["openai 7", OpenAI7],
  ["openai 6", OpenAI6 as unknown as typeof OpenAI7],
] as const)("%s", (_, OpenAI) => {
  const client = () =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });

  test("edits one picture", async () => {
    const { data } = await client().images.edit({
      model: "nano-banana",
      image: png(),
      prompt: '{"make":"it blue"}',
      n: 2,
    });
    expect(data!.map((each) => Object.keys(each))).toEqual([["url"], ["url"]]);
    expect(used()).toEqual(["fal-ai/nano-banana/edit"]);
  });

  test("edits several, with a mask, as base64 of another kind", async () => {
    const { data } = await client().images.edit({
      model: "gpt-image-1",
      image: [png(), jpeg(), webp()],
      mask: png(),
      prompt: "together",
      size: "1024x1536",
      quality: "high",
      input_fidelity: "high",
      output_format: "webp",
      output_compression: 50,
    });
    const made = await new Bun.Image(Buffer.from(data![0]!.b64_json!, "base64")).metadata();
    expect(made.format).toBe("webp");
    // The first of the chain takes no mask, the next one does.
    expect(used()).toEqual(["fal-ai/gpt-image-1.5/edit"]);
  });

  test("edits as a stream", async () => {
    const stream = await client().images.edit({
      model: "flux-dev",
      image: png(),
      prompt: "blue",
      stream: true,
      partial_images: 1,
    });
    const events = await Array.fromAsync(stream);
    expect(events.at(-1)!.type).toBe("image_edit.completed");
    expect(events.at(-1)!.b64_json.length).toBeGreaterThan(100);
  });

  test("varies", async () => {
    const { data } = await client().images.createVariation({
      image: png(),
      model: "flux-dev" as never,
      n: 2,
      response_format: "b64_json",
    });
    expect(data!.map((each) => Object.keys(each))).toEqual([["b64_json"], ["b64_json"]]);
    expect(used()).toEqual(["fal-ai/flux-1/dev/redux"]);
  });

  test("throws what names the parameter", async () => {
    const failure = await client()
      .images.edit({ model: "nano-banana", image: new File([], "a.png"), prompt: "x" })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toMatchObject({ param: "image", code: "invalid_value" });
  });

  test.each(["mp3", "opus", "flac", "wav", "pcm"] as const)("speaks %s", async (format) => {
    const response = await client().audio.speech.create({
      model: "gpt-4o-mini-tts",
      input: "Hello there.",
      voice: "coral",
      instructions: "Cheerfully.",
      response_format: format,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const types = { mp3: "mpeg", opus: "ogg", flac: "flac", wav: "wav", pcm: "pcm" };
    expect(response.headers.get("content-type")).toBe(`audio/${types[format]}`);
    expect(soundType(bytes)).toBe((format === "pcm" ? undefined : `audio/${types[format]}`)!);
  });

  test("transcribes in every form", async () => {
    const { audio } = client();
    const model = "whisper-1";
    expect((await audio.transcriptions.create({ model, file: seconds() })).text).toBe(TEXT);
    const text = await audio.transcriptions.create({
      model,
      file: seconds(),
      response_format: "text",
    });
    expect(text as unknown).toBe(`${TEXT}\n`);
    const subtitles = await audio.transcriptions.create({
      model,
      file: seconds(),
      response_format: "srt",
    });
    expect(subtitles as unknown).toStartWith("1\n00:00:00,000 --> ");
    const verbose = await audio.transcriptions.create({
      model,
      file: seconds(),
      response_format: "verbose_json",
      timestamp_granularities: ["word", "segment"],
    });
    expect(verbose).toMatchObject({ language: "english", text: TEXT });
    expect(verbose.words!.map(({ word }) => word).join(" ")).toBe(TEXT);
    expect(verbose.segments!.map((segment) => segment.text).join(" ")).toBe(TEXT);
  });

  test("transcribes as a stream", async () => {
    const stream = await client().audio.transcriptions.create({
      model: "gpt-4o-transcribe",
      file: seconds(),
      stream: true,
    });
    const events = await Array.fromAsync(stream);
    const deltas = events.flatMap((event) =>
      event.type === "transcript.text.delta" ? [event.delta] : [],
    );
    expect(deltas.join("")).toBe(TEXT);
    expect(events.at(-1)).toMatchObject({ type: "transcript.text.done", text: TEXT });
  });

  test("translates", async () => {
    const { text } = await client().audio.translations.create({
      model: "whisper-1",
      file: seconds(),
    });
    expect(text).toBe(TEXT);
    expect(used()).toEqual(["fal-ai/wizper"]);
  });
});

type Ai = typeof ai7;
const base = () => ({ baseURL: `${gateway.url}/v1`, apiKey: CLIENT_KEY });
const bytes = async (file: File) => file.bytes();

// The generations' types differ, their calls do not.
describe.each([
  ["ai 7", ai7, openai4, compatible3],
  [
    "ai 6",
    ai6 as unknown as Ai,
    openai3 as unknown as typeof openai4,
    compatible2 as unknown as typeof compatible3,
  ],
] as const)("%s", (_, ai, createOpenAI, createCompatible) => {
  const openai = () => createOpenAI(base());

  test.each([
    ["openai", () => openai().image("gpt-image-1")],
    [
      "openai-compatible",
      () => createCompatible({ name: "falgate", ...base() }).imageModel("gpt-image-1"),
    ],
  ] as const)("edits with @ai-sdk/%s", async (_, model) => {
    const { images } = await ai.generateImage({
      model: model(),
      prompt: {
        text: "together",
        images: [await bytes(png()), await bytes(jpeg())],
        mask: await bytes(png()),
      },
    });
    expect(images[0]!.mediaType).toStartWith("image/");
    expect(images[0]!.uint8Array.length).toBeGreaterThan(100);
    expect(used()).toEqual(["fal-ai/gpt-image-1.5/edit"]);
  });

  test("speaks", async () => {
    const { audio } = await ai.experimental_generateSpeech({
      model: openai().speech("tts-1"),
      text: "Hello there.",
      voice: "nova",
    });
    expect([audio.mediaType, soundType(audio.uint8Array)]).toEqual(["audio/mpeg", "audio/mpeg"]);
  });

  test.each(["whisper-1", "gpt-4o-transcribe"])("transcribes with %s", async (model) => {
    const { text, segments, durationInSeconds } = await ai.experimental_transcribe({
      model: openai().transcription(model),
      audio: await bytes(seconds()),
      // Without an option, version 6 asks for no segments.
      providerOptions: { openai: { timestampGranularities: ["segment"] } },
    });
    expect(text).toBe(TEXT);
    if (model === "whisper-1") {
      expect(segments.map((segment) => segment.text).join(" ")).toBe(TEXT);
      expect(durationInSeconds).toBe(5.6);
    }
  });

  test("transcribes with times of every word", async () => {
    const { text, segments } = await ai.experimental_transcribe({
      model: openai().transcription("whisper-1"),
      audio: await bytes(seconds()),
      providerOptions: { openai: { timestampGranularities: ["word"] } },
    });
    expect(text).toBe(TEXT);
    expect(segments.length).toBeGreaterThan(0);
  });
});

test("@langchain/openai draws; it has neither edits nor sound", async () => {
  const tool = new DallEAPIWrapper({
    apiKey: CLIENT_KEY,
    baseUrl: `${gateway.url}/v1`,
    model: "dall-e-3",
  });
  expect(await tool.invoke("a cat")).toStartWith("http");
});
