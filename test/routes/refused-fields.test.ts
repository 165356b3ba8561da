/** What fal refuses is told under the client's own name for it, and the model's field is not named. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { form, named, png, wavFile } from "../support/files.ts";
import { get, RELAYS, type RelayName } from "../support/film.ts";
import { type Gateway, PLACES } from "../support/gateway.ts";
import { ended, good, post } from "../support/videos.ts";

/** It begins as a PNG does, so that it is sent, and is none. */
const broken = () =>
  named(Buffer.from(`\x89PNG\r\n\x1a\n${crypto.randomUUID()}`, "latin1"), "a.png", "image/png");

const GONE = "https://gone.invalid/a.png";
const EDITS = "/v1/images/edits";
const UNREADABLE = "is not a picture that can be read.";
const UNREACHABLE = "could not be downloaded.";

type Row = readonly [name: string, path: string, body: object, param: string, message: string];

const WAITED: readonly Row[] = [
  [
    "a picture",
    EDITS,
    form({ model: "nano-banana", prompt: "x", image: broken() }),
    "image",
    UNREADABLE,
  ],
  [
    "a picture of a model with one",
    EDITS,
    form({ model: "flux-dev", prompt: "x", image: broken() }),
    "image",
    UNREADABLE,
  ],
  [
    "the second of two",
    EDITS,
    form({ model: "nano-banana", prompt: "x", "image[]": [png(), broken()] }),
    "image[1]",
    UNREADABLE,
  ],
  [
    "a mask",
    EDITS,
    form({ model: "gpt-image-1.5", prompt: "x", image: png(), mask: broken() }),
    "mask",
    UNREADABLE,
  ],
  [
    "a link",
    EDITS,
    { model: "nano-banana", prompt: "x", images: [{ image_url: GONE }] },
    "images",
    UNREACHABLE,
  ],
  [
    "a link in another's words",
    EDITS,
    { model: "flux-dev", prompt: "x", image: GONE },
    "image",
    UNREACHABLE,
  ],
  [
    "what is varied",
    "/v1/images/variations",
    form({ model: "flux-dev", image: broken() }),
    "image",
    UNREADABLE,
  ],
  [
    "a text to speak",
    "/v1/audio/speech",
    { model: "tts-1", input: "[sandbox error=sequence_too_long]", voice: "alloy" },
    "input",
    "must have at most 5000 items.",
  ],
  [
    "a sound",
    "/v1/audio/transcriptions",
    form({
      model: "fal-ai/whisper",
      file: wavFile(1),
      prompt: "[sandbox error=audio_duration_too_long]",
    }),
    "file",
    "was refused by the model: The audio is too long.",
  ],
  [
    "a picture in a conversation",
    "/v1/chat/completions",
    {
      model: "nano-banana",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "at night" },
            { type: "image_url", image_url: { url: "https://example.com/a.png" } },
            { type: "image_url", image_url: { url: GONE } },
          ],
        },
      ],
    },
    "messages",
    UNREACHABLE,
  ],
  [
    "a number of pictures",
    "/v1/images/generations",
    { model: "flux-dev", n: 2, prompt: "[sandbox error=less_than_equal]" },
    "n",
    "must be at most 4.",
  ],
  [
    "a shape",
    "/v1/images/generations",
    { model: "flux-dev", size: "1000x1000", prompt: "[sandbox error=multiple_of]" },
    "size",
    "must be a multiple of 8.",
  ],
  [
    "a shape in the model's own words",
    "/v1/images/generations",
    {
      model: "flux-dev",
      image_size: { width: 1001, height: 1001 },
      prompt: "[sandbox error=multiple_of]",
    },
    "image_size",
    "must be a multiple of 8.",
  ],
];

const DATA = `data:image/png;base64,${await broken()
  .bytes()
  .then((bytes) => Buffer.from(bytes).toString("base64"))}`;

const FILMED: readonly (readonly [RelayName, object, string])[] = [
  ["veo", { images: [DATA] }, "images"],
  ["jimeng", { image_url: DATA }, "image_url"],
  ["new-api", { image: DATA }, "image"],
];

const over = (gateway: Gateway, path: string) =>
  ended(gateway, path) as Promise<Awaited<ReturnType<typeof ended>> & { error?: object }>;

describe.each(PLACES)("%s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  test.each(WAITED)("%s", async (_, path, body, param, message) => {
    const response = await post(gateway, path, body);
    const { error } = (await response.json()) as { error: object };
    expect([response.status, error]).toEqual([
      400,
      {
        message: `'${param}' ${message}`,
        type: "invalid_request_error",
        param,
        code: "invalid_value",
      },
    ]);
  });

  test("what is not waited for", async () => {
    const body = form({ model: "nano-banana", prompt: "x", image: broken(), async: "true" });
    const { id } = await good<{ id: string }>(post(gateway, EDITS, body));
    const { status, error } = await over(gateway, `/v1/tasks/${id}`);
    expect([status, error]).toMatchObject(["failed", { param: "image" }]);
  });

  test("the first frame of a video", async () => {
    const body = form({ model: "veo3.1", prompt: "x", input_reference: broken() });
    const { id } = await good<{ id: string }>(post(gateway, "/v1/videos", body));
    const { status, error } = await over(gateway, `/v1/videos/${id}`);
    expect([status, error]).toMatchObject([
      "failed",
      { message: `'input_reference' ${UNREADABLE}` },
    ]);
  });

  test.each(FILMED)("a picture of %s", async (name, body, param) => {
    const relay = RELAYS[name];
    const made = await post(gateway, relay.create, { ...relay.body, ...body });
    const { id } = await good<{ id: string }>(made).then((answer) => ({
      id: relay.idOf(answer as never),
    }));
    const listed = await over(gateway, `/v1/tasks/${encodeURIComponent(id)}`);
    expect(listed.error).toMatchObject({ param, message: `'${param}' ${UNREADABLE}` });
    const told = await (await get(gateway, relay.query(id))).text();
    expect(told).toContain(`'${param}'`);
    expect(told).not.toMatch(/first_frame|image_urls/);
  });
});
