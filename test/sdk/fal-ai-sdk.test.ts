/** Vercel's `@ai-sdk/fal`, unmodified, against the executable: pictures, a film, speech and a transcript. */
import { createFal } from "@ai-sdk/fal";
import {
  createDownload,
  generateImage,
  generateSpeech,
  experimental_generateVideo as generateVideo,
  transcribe,
} from "ai";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { pictureType } from "../../src/formats/picture.ts";
import { wavFile } from "../support/files.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { asked, expectNoClientKey } from "../native/support.ts";

/** Names, because the SDK takes nothing from an address that is private. */
const BASE = "https://falgate.example.com";
const MEDIA = "https://v3.fal.media";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary({ env: { PUBLIC_URL: BASE } });
});
beforeEach(() => gateway.fal.reset());
afterEach(() => expectNoClientKey(gateway));
afterAll(() => gateway.stop());

/** Both names lead to this machine. */
const internet = async (url: string, init: RequestInit) => {
  const { fal } = gateway;
  const response = await fetch(url.replace(BASE, gateway.url).replace(MEDIA, fal.url), init);
  if (!response.headers.get("content-type")?.startsWith("application/json")) return response;
  return new Response(
    (await response.text()).replaceAll(`${fal.url}/files`, `${MEDIA}/files`),
    response,
  );
};

const KEY = CLIENT_KEY;

/** As the README shows it. */
const fal = createFal({
  apiKey: KEY,
  baseURL: `${BASE}/run`,
  fetch: ((input: string | URL, init: RequestInit = {}) => {
    const url = String(input).replace(
      /^https:\/\/(queue\.)?fal\.run/,
      (_, queue) => BASE + (queue ? "/queue" : "/run"),
    );
    if (!url.startsWith(BASE)) return internet(url, init);
    const headers = { ...(init.headers as object), authorization: `Key ${KEY}` };
    return internet(url, { ...init, headers });
  }) as typeof fetch,
});

const paths = () =>
  asked(gateway.fal, /^(POST|GET)/).map(({ method, path }) => `${method} ${path}`);

test("pictures", async () => {
  const { images } = await generateImage({
    model: fal.image("fal-ai/flux/dev"),
    prompt: "a cat",
    n: 2,
    aspectRatio: "16:9",
    seed: 7,
  });
  expect(images).toHaveLength(2);
  expect(pictureType(images[0]!.uint8Array)).toBe("image/jpeg");
  expect(new Set(paths())).toEqual(new Set(["POST /run/fal-ai/flux/dev"]));
});

test("a picture that fal refuses: the SDK shows why", async () => {
  const prompt = "[sandbox error=content_policy_violation]";
  const error = await generateImage({
    model: fal.image("fal-ai/flux/dev"),
    ...{ prompt, maxRetries: 0 },
  }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ statusCode: 422, message: expect.stringContaining("content") });
});

test("a film", async () => {
  const { videos } = await generateVideo({
    // The types of two versions of one interface differ.
    model: fal.video("luma-dream-machine/ray-2") as never,
    download: createDownload({ fetch: internet as typeof fetch }),
    prompt: "a cat [sandbox run=50ms]",
    poll: { intervalMs: 20 },
  });
  expect(videos).toHaveLength(1);
  expect(videos[0]!.mediaType).toBe("video/mp4");
  expect(videos[0]!.uint8Array.length).toBeGreaterThan(1000);
  expect(paths()[0]).toBe("POST /queue/fal-ai/luma-dream-machine/ray-2");
});

test("speech", async () => {
  const { audio } = await generateSpeech({
    model: fal.speech("fal-ai/minimax/speech-02-hd"),
    text: "Hello from falgate",
  });
  expect(audio.uint8Array.length).toBeGreaterThan(100);
  expect(paths()).toEqual(["POST /run/fal-ai/minimax/speech-02-hd"]);
});

test("a transcript", async () => {
  const { text, segments } = await transcribe({
    model: fal.transcription("wizper"),
    audio: new Uint8Array(await wavFile(1).arrayBuffer()),
  });
  expect(text.length).toBeGreaterThan(5);
  expect(segments.length).toBeGreaterThan(0);
  expect(paths()[0]).toBe("POST /queue/fal-ai/wizper");
});
