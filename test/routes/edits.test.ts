/** Edits and variations at the wire: a form or JSON in, exactly one input at fal, OpenAI's answer out. */
import { expect } from "bun:test";
import { generated, stored, uploaded } from "../support/fal.ts";
import { form, jpeg, JPEG, named, png, webp } from "../support/files.ts";
import { invalid, type Scenario, scenarios, SECRET } from "../support/scenario.ts";

const EDITS = "/v1/images/edits";
const VARIATIONS = "/v1/images/variations";

const PNG_UP = uploaded("image.png", "image/png");
const JPEG_UP = uploaded("image.jpeg", "image/jpeg");
const WEBP_UP = uploaded("image.webp", "image/webp");
const [A, B, C] = [stored("image.png"), stored("image.jpeg"), stored("image.webp")];

const LINK = "https://example.com/cat.png";
const links = (count: number) => ({
  created: expect.any(Number),
  model: expect.any(String),
  data: Array.from({ length: count }, () => ({ url: expect.stringMatching(/^http/) })),
});

const edit = (fields: object, path = EDITS) => ({ path, body: form(fields as never) });

const given: readonly Scenario[] = [
  ...["image", "image[]", "images[]", "image[0]", "images"].map((name) => ({
    name: `a picture as ${name}`,
    send: edit({ model: "nano-banana", prompt: "make it blue", [name]: png() }),
    fal: [
      PNG_UP,
      ...generated("fal-ai/nano-banana/edit", {
        prompt: "make it blue",
        image_urls: [A],
        num_images: 1,
      }),
    ],
    expect: { status: 200, body: links(1) },
  })),
  ...[
    { "image[]": [png(), jpeg(), webp()] },
    { image: [png(), jpeg(), webp()] },
    { "image[0]": png(), "image[1]": jpeg(), "image[2]": webp() },
  ].map((images) => ({
    name: `three pictures in their order, as ${Object.keys(images).join()}`,
    send: edit({ ...images, prompt: "together", model: "nano-banana" }),
    fal: [
      PNG_UP,
      JPEG_UP,
      WEBP_UP,
      ...generated("fal-ai/nano-banana/edit", {
        prompt: "together",
        image_urls: [A, B, C],
        num_images: 1,
      }),
    ],
    expect: { status: 200, body: links(1) },
  })),
  {
    name: "numbers and booleans as a form writes them, fields of the model's own, words nobody knows",
    send: edit({
      image: png(),
      model: "flux-dev",
      prompt: "a dog",
      n: "2",
      seed: "7",
      stream: "false",
      strength: "0.5",
      user: "u-1",
      whatever: "x",
    }),
    fal: [
      PNG_UP,
      ...generated("fal-ai/flux/dev/image-to-image", {
        prompt: "a dog",
        image_url: A,
        seed: 7,
        strength: 0.5,
        num_images: 2,
      }),
    ],
    expect: { status: 200, body: links(2) },
  },
  {
    name: "a prompt that is JSON",
    send: edit({ image: png(), model: "nano-banana", prompt: '{"a":1}' }),
    fal: [
      PNG_UP,
      ...generated("fal-ai/nano-banana/edit", {
        prompt: '{"a":1}',
        image_urls: [A],
        num_images: 1,
      }),
    ],
    expect: { status: 200 },
  },
  {
    name: "a mask, and OpenAI's words",
    send: edit({
      image: png(),
      mask: webp(),
      model: "gpt-image-1.5",
      prompt: "gulls",
      size: "1024x1536",
      quality: "high",
      background: "transparent",
      input_fidelity: "high",
      response_format: "url",
    }),
    fal: [
      PNG_UP,
      WEBP_UP,
      ...generated("fal-ai/gpt-image-1.5/edit", {
        prompt: "gulls",
        image_urls: [A],
        mask_image_url: C,
        image_size: "1024x1536",
        quality: "high",
        background: "transparent",
        input_fidelity: "high",
        num_images: 1,
      }),
    ],
    expect: { status: 200, body: links(1) },
  },
  {
    name: "an upscaler by its own id, without a prompt",
    send: edit({ image: png(), model: "fal-ai/aura-sr" }),
    fal: [PNG_UP, ...generated("fal-ai/aura-sr", { image_url: A })],
    expect: { status: 200, body: links(1) },
  },
  {
    name: "a cut-out",
    send: edit({ image: png(), model: "fal-ai/birefnet/v2" }),
    fal: [PNG_UP, ...generated("fal-ai/birefnet/v2", { image_url: A })],
    expect: { status: 200, body: links(1) },
  },
  {
    name: "JSON with a link and a data URL",
    send: {
      path: EDITS,
      body: {
        model: "nano-banana",
        prompt: "both",
        images: [
          { image_url: LINK },
          { image_url: `data:image/jpeg;base64,${Buffer.from(JPEG).toString("base64")}` },
        ],
        stream: false,
        n: 1,
        mask: null,
      },
    },
    fal: [
      JPEG_UP,
      ...generated("fal-ai/nano-banana/edit", {
        prompt: "both",
        image_urls: [LINK, B],
        num_images: 1,
      }),
    ],
    expect: { status: 200, body: links(1) },
  },
  {
    name: "JSON with a mask, and no model",
    send: {
      path: EDITS,
      body: { prompt: "both", images: [LINK, { image_url: { url: LINK } }], output_format: "png" },
    },
    fal: generated("fal-ai/nano-banana-2/edit", {
      prompt: "both",
      image_urls: [LINK, LINK],
      output_format: "png",
      num_images: 1,
    }),
    expect: { status: 200, body: { ...links(1), model: "imagen4-preview" } },
  },
  {
    name: "a picture with redux, and no prompt",
    send: edit({ image: png(), model: "flux-dev", n: "2" }, VARIATIONS),
    fal: [PNG_UP, ...generated("fal-ai/flux-1/dev/redux", { image_url: A, num_images: 2 })],
    expect: { status: 200, body: links(2) },
  },
  {
    name: "a variation where no model is named",
    send: edit({ image: png() }, VARIATIONS),
    fal: [PNG_UP, ...generated("fal-ai/flux-1/dev/redux", { image_url: A, num_images: 1 })],
    expect: { status: 200, body: links(1) },
  },
  {
    name: "a variation by a model that must be told to",
    send: edit({ image: png(), model: "nano-banana", response_format: "url" }, VARIATIONS),
    fal: [
      PNG_UP,
      ...generated("fal-ai/nano-banana/edit", {
        prompt: "A variation of this picture.",
        image_urls: [A],
        num_images: 1,
      }),
    ],
    expect: { status: 200, body: links(1) },
  },
];

scenarios("edits", given);

const base = { model: "nano-banana", prompt: `blue ${SECRET}` };
const pictures = (count: number) => Array.from({ length: count }, () => png());

const NO_PICTURE = "Missing required parameter: 'image'.";

/** Which code goes with a message; any other is `invalid_value`. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/does not edit/, "unsupported_model"],
  [/Missing|Give a prompt/, "missing_required_parameter"],
];

const codeOf = (message: RegExp | string) =>
  CODES.find(([words]) => words.test(String(message)))?.[1] ?? "invalid_value";

/** What the client has wrong, and which parameter is named for it. */
const wrong: readonly (readonly [string, Scenario["send"], RegExp | string, string | null])[] = [
  ["no picture", edit(base), NO_PICTURE, "image"],
  [
    "an empty picture",
    edit({ ...base, image: named("", "a.png", "image/png") }),
    "'image' is an empty file.",
    "image",
  ],
  [
    "a text that says it is a picture",
    edit({ ...base, image: named("not a picture at all", "a.png", "image/png") }),
    "'image' is not a picture that models can read.",
    "image",
  ],
  [
    "a text field for a picture",
    edit({ ...base, image: "cat.png" }),
    /must be a file, a link or a data URL/,
    "image",
  ],
  [
    "an empty mask",
    edit({ ...base, image: png(), mask: named("", "m.png", "image/png") }),
    "'mask' is an empty file.",
    "mask",
  ],
  [
    "a mask without a picture",
    edit({ model: "gpt-image-1.5", prompt: "x", mask: png() }),
    NO_PICTURE,
    "image",
  ],
  [
    "a mask where there is none",
    edit({ ...base, image: png(), mask: png() }),
    /takes no mask/,
    "mask",
  ],
  [
    "two masks",
    edit({ ...base, image: png(), mask: [png(), png()] }),
    "'mask' was given more than once.",
    "mask",
  ],
  [
    "25 pictures",
    edit({ model: "gpt-image-1.5", prompt: "x", "image[]": pictures(25) }),
    /holds 25 pictures, and at most 16/,
    "image",
  ],
  [
    "25 pictures for a model that names no bound",
    edit({ model: "nano-banana", prompt: "x", "image[]": pictures(25) }),
    /holds 25 pictures, and at most 16/,
    "image",
  ],
  [
    "two for a model of one",
    edit({ model: "flux-dev", prompt: "x", "image[]": pictures(2) }),
    /has 2/,
    "image",
  ],
  [
    "two prompts",
    edit({ ...base, image: png(), prompt: ["a", "b"] }),
    "'prompt' was given more than once.",
    "prompt",
  ],
  ["no prompt", edit({ model: "nano-banana", image: png() }), /Give a prompt/, "prompt"],
  ["n that is no number", edit({ ...base, image: png(), n: "two" }), /Invalid value for 'n'/, "n"],
  ["n beyond ten", edit({ ...base, image: png(), n: "11" }), /Invalid value for 'n'/, "n"],
  [
    "n as text in JSON",
    { path: EDITS, body: { ...base, images: [LINK], n: "2" } },
    /Invalid value for 'n'/,
    "n",
  ],
  [
    "stream as text in JSON",
    { path: EDITS, body: { ...base, images: [LINK], stream: "true" } },
    /Invalid value for 'stream'/,
    "stream",
  ],
  [
    "a file id",
    { path: EDITS, body: { ...base, images: [{ file_id: "file-1" }] } },
    /keeps no files under ids/,
    "images.file_id",
  ],
  [
    "an image without an address",
    { path: EDITS, body: { ...base, images: [{}] } },
    "'images' needs an image_url.",
    "images",
  ],
  [
    "a link of another kind",
    { path: EDITS, body: { ...base, images: ["ftp://example.com/a.png"] } },
    /must be a file, a link/,
    "images",
  ],
  [
    "a data URL of no picture",
    { path: EDITS, body: { ...base, images: ["data:image/png;base64,aGVsbG8="] } },
    /is not a picture/,
    "images",
  ],
  [
    "a model that films",
    edit({ image: png(), model: "veo3", prompt: "x" }),
    /does not edit pictures/,
    "model",
  ],
  ["an empty form", { path: EDITS, body: new FormData() }, NO_PICTURE, "image"],
  ["a variation of nothing", edit({ model: "flux-dev" }, VARIATIONS), NO_PICTURE, "image"],
  ["a size that is none", edit({ ...base, image: png(), size: "big" }), /size/, "size"],
];

scenarios(
  "edits that cannot be",
  [
    ...wrong.map(([name, send, message, param]) => ({
      name,
      send,
      expect: {
        status: 400,
        body: invalid(message, param, codeOf(message)),
      },
    })),
    {
      name: "a form without its boundary",
      send: {
        path: EDITS,
        headers: { "content-type": "multipart/form-data" },
        body: "--x\r\n",
      },
      expect: {
        status: 400,
        body: invalid("The request body is not valid multipart/form-data.", null, "invalid_form"),
      },
    },
    {
      name: "a form that breaks off",
      send: {
        path: EDITS,
        headers: { "content-type": "multipart/form-data; boundary=x" },
        body: '--x\r\ncontent-disposition: form-data; name="prompt"\r\n\r\nblue',
      },
      expect: {
        status: 400,
        body: invalid("The request body is not valid multipart/form-data.", null, "invalid_form"),
      },
    },
    {
      name: "no JSON",
      send: { path: EDITS, headers: { "content-type": "application/json" }, body: "{" },
      expect: {
        status: 400,
        body: invalid("The request body is not valid JSON.", null, "invalid_json"),
      },
    },
    {
      name: "a model that nobody has",
      send: edit({ image: png(), model: "nano-bananas", prompt: "x" }),
      expect: { status: 404 },
    },
    {
      name: "more than may be read",
      send: edit({ image: named(Buffer.alloc(65e6), "a.png"), prompt: "x" }),
      expect: {
        status: 413,
        body: invalid("The request body is larger than 64 MB.", null, "request_too_large"),
      },
    },
  ].filter(Boolean) as Scenario[],
);
