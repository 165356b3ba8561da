/** The whole catalogue: what a typical request becomes for every endpoint, and what stays out and why. */
import { expect, test } from "bun:test";
import { builtinCatalog, type Endpoint, type Field } from "../../../src/models/catalog.ts";
import { fitEdit, takesPictures } from "../../../src/models/fit/edit.ts";
import { fitImage } from "../../../src/models/fit/image.ts";
import { fitMusic } from "../../../src/models/fit/music.ts";
import type { Fitted } from "../../../src/models/fit/request.ts";
import { fitSpeech } from "../../../src/models/fit/speech.ts";
import { fitTranscription } from "../../../src/models/fit/transcription.ts";
import { fitVideo } from "../../../src/models/fit/video.ts";
import { modality, type Modality } from "../../../src/models/modality.ts";
import { ApiError } from "../../../src/openai/error.ts";
import { faults } from "./faults.ts";

const catalog = builtinCatalog();
const endpoints = catalog.ids().map((id) => catalog.get(id)!);

const [PICTURE, VIDEO, SOUND] = ["https://x/a.png", "https://x/v.mp4", "https://x/s.mp3"];

type Extra = Record<string, unknown>;
type Request = (endpoint: Endpoint, extra: Extra) => Fitted;

function needs({ input }: Endpoint, name: RegExp) {
  return Object.entries(input).some(([field, { required }]) => required && name.test(field));
}

const draw: Request = (endpoint, extra) =>
  fitImage({ prompt: "a fox", n: 2, size: "1536x1024", quality: "high", extra }, endpoint);

const edit: Request = (endpoint, extra) => {
  const images = Array<string>(Math.max(1, takesPictures(endpoint).least)).fill(PICTURE);
  const mask = needs(endpoint, /^mask_(image_)?url$/) ? PICTURE : null;
  return fitEdit({ prompt: "make it blue", images, mask, size: "1024x1024", extra }, endpoint);
};

const film: Request = (endpoint, extra) => {
  const required = Object.keys(endpoint.input).filter((name) => endpoint.input[name]!.required);
  const pictures = required.filter((name) => /image_urls?$|frame_url$/.test(name)).length;
  return fitVideo(
    {
      prompt: "a fox",
      images: Array<string>(pictures).fill(PICTURE),
      video: needs(endpoint, /video_urls?$|^video$/) ? VIDEO : null,
      audio: needs(endpoint, /audio_url$/) ? SOUND : null,
      seconds: "8",
      nearest: true,
      size: "1280x720",
      extra,
    },
    endpoint,
  );
};

const speak: Request = (endpoint, extra) => {
  const request = { input: "hello", voice: "nova", response_format: "wav", speed: 1.1, extra };
  return fitSpeech({ ...request, instructions: "calmly" }, endpoint);
};

const listen: Request = (endpoint, extra) =>
  fitTranscription({ file: SOUND, language: "de", task: "transcribe", extra }, endpoint);

const sing: Request = (endpoint, extra) =>
  fitMusic(
    {
      prompt: "rain",
      lyrics: "la la la la la",
      seconds: 10,
      nearest: true,
      audio: needs(endpoint, /audio_urls?$/) ? SOUND : null,
      video: needs(endpoint, /video_url$/) ? VIDEO : null,
      extra,
    },
    endpoint,
  );

const REQUESTS: Partial<Record<Modality, Request>> = {
  "text-to-image": draw,
  "image-to-image": edit,
  upscale: (endpoint, extra) => (endpoint.output === "video" ? film : edit)(endpoint, extra),
  "text-to-video": film,
  "image-to-video": film,
  "video-to-video": film,
  "audio-to-video": film,
  "text-to-speech": speak,
  "speech-to-text": listen,
  "text-to-audio": sing,
  "audio-to-audio": sing,
  "video-to-audio": sing,
};

/** No request of OpenAI's says these; their own ids serve them on fal's routes. */
const OUTSIDE: Partial<Record<Modality, number>> = {
  // Masks, layers, speech to look up, files to merge: utilities, each with an answer of its own.
  other: 55,
  "3d": 34,
  training: 37,
  // Language models, which are reached as such.
  "image-to-text": 12,
  "text-to-text": 4,
  "video-to-text": 3,
};

/** What a client would write for a field that is the model's own. */
function sample(field: Field): unknown {
  if (field.enum) return field.enum[0];
  if (field.type === "array") return field.items ? [sample(field.items)] : [];
  if (field.type === "object") {
    const members = Object.entries(field.fields ?? {}).filter(([, member]) => member.required);
    return Object.fromEntries(members.map(([name, member]) => [name, sample(member)]));
  }
  if (field.type === "boolean") return true;
  return field.type === "string" || field.type === "unknown" ? "x" : 1;
}

/** Declared otherwise than they are: see `voices.ts`. */
const MISDECLARED = /^voice: "[a-z][fm]_/;

/** The fit of a typical request, with whatever fields of the model's own it asks for. */
function fitted(request: Request, endpoint: Endpoint) {
  const extra: Extra = {};
  for (let asked = 0; asked < 5; asked++) {
    try {
      return { own: Object.keys(extra), calls: request(endpoint, extra).calls };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const field = endpoint.input[error.param ?? ""];
      if (!field?.required || error.param! in extra) return error.message;
      extra[error.param!] = sample(field);
    }
  }
  return "it asks for more and more";
}

test("every endpoint of a modality is served, and what it is sent is what it takes", () => {
  const served: Partial<Record<Modality, { asIs: number; withOwnWords: number; of: number }>> = {};
  const refused: Record<string, string> = {};
  const outside: Partial<Record<Modality, number>> = {};
  for (const endpoint of endpoints) {
    const made = modality(endpoint);
    const request = REQUESTS[made];
    if (!request) {
      outside[made] = (outside[made] ?? 0) + 1;
      continue;
    }
    const count = (served[made] ??= { asIs: 0, withOwnWords: 0, of: 0 });
    count.of++;
    const fit = fitted(request, endpoint);
    if (typeof fit === "string") {
      refused[endpoint.id] = fit;
      continue;
    }
    for (const { input } of fit.calls) {
      const wrong = faults(input, endpoint).filter((fault) => !MISDECLARED.test(fault));
      expect([endpoint.id, ...wrong]).toEqual([endpoint.id]);
    }
    count[fit.own.length === 0 ? "asIs" : "withOwnWords"]++;
  }
  const counts = Object.values(served);
  const asIs = counts.reduce((sum, count) => sum + count.asIs, 0);
  const withOwnWords = counts.reduce((sum, count) => sum + count.withOwnWords, 0);
  console.table(served);
  console.log(`${asIs} as they are, ${withOwnWords} with words of their own; outside:`, outside);
  expect(refused).toEqual({
    // Two videos in two fields of their own.
    "fal-ai/workflow-utilities/blend-video":
      "The model fal-ai/workflow-utilities/blend-video takes no video.",
  });
  expect(outside).toEqual(OUTSIDE);
  expect(asIs + withOwnWords).toBeGreaterThanOrEqual(1000);
});
