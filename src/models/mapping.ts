/** How OpenAI's parameters become a model's own fields: found by trying each, so it cannot be otherwise. */
import type { Endpoint } from "./catalog.ts";
import { fitEdit } from "./fit/edit.ts";
import { fitImage } from "./fit/image.ts";
import { fitMusic } from "./fit/music.ts";
import { takesPictures } from "./fit/pictures.ts";
import type { Fitted } from "./fit/request.ts";
import { soundFormats } from "./fit/sound-format.ts";
import { fitSpeech } from "./fit/speech.ts";
import { fitTranscription } from "./fit/transcription.ts";
import { fitVideo } from "./fit/video.ts";
import { modality, type Modality } from "./modality.ts";
import { tried } from "./sample.ts";

/** OpenAI's parameter to the fields that it decides. */
export type Mapping = Readonly<Record<string, readonly string[]>>;

type Request = Record<string, unknown>;
type Fit = (request: Request, endpoint: Endpoint) => Fitted;

interface Dialect {
  /** What is always said, and under which names clients know it. */
  readonly says: (endpoint: Endpoint) => Request;
  /** What may be said, each with values of which the first that changes anything tells. */
  readonly mayAlso: Readonly<Record<string, (endpoint: Endpoint) => readonly unknown[]>>;
  readonly fit: Fit;
  /** Names that clients do not know these by. */
  readonly called?: Readonly<Record<string, string>>;
}

const [PICTURE, MASK] = ["https://fal.media/a.png", "https://fal.media/m.png"] as const;

function needs({ input }: Endpoint, name: RegExp): boolean {
  return Object.entries(input).some(([field, { required }]) => required && name.test(field));
}

const words = (name: string) => (endpoint: Endpoint) => endpoint.input[name]?.enum ?? [];
const given =
  (...values: unknown[]) =>
  () =>
    values;

const DRAWING: Dialect["mayAlso"] = {
  n: given(2),
  size: given("16:9", "1024x1536", "2K"),
  quality: (endpoint) => ["high", "low", ...words("quality")(endpoint)],
  background: given("transparent", "opaque"),
  output_format: given("png", "jpeg", "webp"),
  output_compression: given(50),
  style: (endpoint) => words("style")(endpoint).slice(0, 2),
  seed: given(7),
  negative_prompt: given("rain"),
};

const draw: Dialect = {
  says: () => ({ prompt: "a fox" }),
  mayAlso: DRAWING,
  fit: (request, endpoint) => fitImage(request as never, endpoint),
};

const edit: Dialect = {
  says: (endpoint) => ({
    prompt: "make it blue",
    images: Array<string>(Math.max(1, takesPictures(endpoint).least)).fill(PICTURE),
    ...(needs(endpoint, /^mask_(image_)?url$/) ? { mask: MASK } : {}),
    ...(needs(endpoint, /^(aspect_ratio|image_size)$/) ? { size: "1:1" } : {}),
  }),
  mayAlso: { mask: given(MASK), ...DRAWING, input_fidelity: given("high") },
  fit: (request, endpoint) => fitEdit(request as never, endpoint),
  called: { images: "image" },
};

const film: Dialect = {
  says: (endpoint) => {
    const pictures = Object.entries(endpoint.input).filter(
      ([name, { required }]) => required && /image_urls?$|frame_url$/.test(name),
    );
    return {
      prompt: "a fox",
      images: Array<string>(pictures.length).fill(PICTURE),
      ...(needs(endpoint, /video_urls?$|^video$/) ? { video: "https://fal.media/v.mp4" } : {}),
      ...(needs(endpoint, /audio_url$/) ? { audio: "https://fal.media/s.mp3" } : {}),
      nearest: true,
    };
  },
  mayAlso: {
    seconds: given("8", "4", "6"),
    size: given("9:16", "1920x1080"),
    seed: given(7),
    negative_prompt: given("rain"),
  },
  fit: (request, endpoint) => fitVideo(request as never, endpoint),
  called: { images: "image" },
};

const speak: Dialect = {
  says: () => ({ input: "hello" }),
  mayAlso: {
    voice: given("nova", "onyx"),
    speed: given(1.1, 0.9),
    instructions: given("calmly"),
    response_format: (endpoint) => soundFormats(endpoint) ?? [],
  },
  fit: (request, endpoint) => fitSpeech(request as never, endpoint),
};

const listen: Dialect = {
  says: () => ({ file: "https://fal.media/s.mp3" }),
  mayAlso: {
    language: given("de", "en", "fr"),
    prompt: given("lamps"),
    temperature: given(0.5),
    timestamp_granularities: given(true),
  },
  fit: ({ timestamp_granularities: each, ...request }, endpoint) =>
    fitTranscription({ ...(each ? { words: true } : {}), ...request } as never, endpoint),
};

const sing: Dialect = {
  says: (endpoint) => ({
    prompt: "rain",
    lyrics: "la la la la la",
    nearest: true,
    ...(needs(endpoint, /audio_urls?$/) ? { audio: "https://fal.media/s.mp3" } : {}),
    ...(needs(endpoint, /video_url$/) ? { video: "https://fal.media/v.mp4" } : {}),
  }),
  mayAlso: { seconds: given(10, 20), seed: given(7), negative_prompt: given("rain") },
  fit: (request, endpoint) => fitMusic(request as never, endpoint),
};

const DIALECTS: Readonly<Partial<Record<Modality, Dialect>>> = {
  "text-to-image": draw,
  "image-to-image": edit,
  upscale: edit,
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

const known = new WeakMap<Endpoint, Mapping>();

/** Empty for an endpoint that none of OpenAI's requests speaks of. */
export function mapping(endpoint: Endpoint): Mapping {
  const found = known.get(endpoint);
  if (found) return found;
  const dialect = dialectOf(endpoint);
  const made = dialect ? mapped(dialect, endpoint) : {};
  known.set(endpoint, made);
  return made;
}

function dialectOf(endpoint: Endpoint): Dialect | undefined {
  const made = modality(endpoint);
  const films = made === "upscale" && endpoint.output.startsWith("video");
  return films ? film : DIALECTS[made];
}

function mapped({ says, mayAlso, fit, called = {} }: Dialect, endpoint: Endpoint): Mapping {
  const base = says(endpoint);
  const attempt = (request: Request) =>
    tried((extra) => fit({ ...request, extra }, endpoint), endpoint);
  const plain = attempt(base);
  if (!plain) return {};
  const own = Object.entries(base).flatMap(([name, value]) => {
    const said = [value].flat();
    const fields = Object.keys(plain.input).filter((field) =>
      [plain.input[field]].flat().some((held) => held !== true && said.includes(held)),
    );
    return fields.length > 0 ? [[called[name] ?? name, fields] as const] : [];
  });
  const more = Object.entries(mayAlso).flatMap(([name, values]): [string, string[]][] => {
    for (const value of values(endpoint)) {
      const other = attempt({ ...base, [name]: value });
      const fields = other ? changed(plain.input, other.input) : [];
      if (fields.length > 0) return [[name, fields]];
      // As many calls as pictures, where one call gives one.
      if (other && other.calls !== plain.calls) return [[name, []]];
    }
    return [];
  });
  return Object.fromEntries([...own, ...more]);
}

function changed(before: Request, after: Request): string[] {
  return Object.keys(after).filter(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
}
