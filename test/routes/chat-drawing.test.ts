/** Drawing by talking: exactly what fal receives for what was said, and the words of the answer. */
import { expect } from "bun:test";
import { generated, type Sent, stored, uploaded } from "../support/fal.ts";
import { invalid, type Scenario, scenarios, SECRET } from "../support/scenario.ts";

const PATH = "/v1/chat/completions";
const A = "https://example.com/a.png";
const B = "https://example.com/b.png";
/** The smallest picture there is. */
const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const picture = (url: string) => ({ type: "image_url", image_url: { url } });
const say = (text: string, ...urls: string[]) => ({
  role: "user",
  content: urls.length > 0 ? [{ type: "text", text }, ...urls.map(picture)] : text,
});
const drawn = (...urls: string[]) => ({
  role: "assistant",
  content: `Generated image with prompt: "a cat" using x\n\n${urls.map((url) => `![Generated Image](${url})`).join("\n\n")}`,
});

const body = (messages: unknown[], more: object = {}) => ({ messages, ...more });

/** `LINK` stands for an address of what was made. */
const answered = (words: string, model: string, message: object = {}) => ({
  id: expect.stringMatching(/^chatcmpl-req_/),
  object: "chat.completion",
  created: expect.any(Number),
  model,
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: expect.stringMatching(pattern(words)),
        refusal: null,
        ...message,
      },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
});

const pattern = (words: string) => {
  const literal = words.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("LINK", "http://127\\.0\\.0\\.1:\\d+/files/\\S+")}$`);
};

const SHOWN = "![Generated Image](LINK)";
const FILM = "[Generated Video](LINK)";

function drawing(
  name: string,
  messages: unknown[],
  more: { model?: string; [key: string]: unknown },
  fal: Sent[],
  words: string,
): Scenario {
  return {
    name,
    send: { path: PATH, body: body(messages, more) },
    fal,
    expect: { status: 200, body: answered(words, more.model ?? "imagen4-preview") },
  };
}

const said = (prompt: string, ratio: string | undefined, model: string, count = 1) =>
  `Generated image with prompt: "${prompt}"${ratio ? ` and aspect ratio: ${ratio}` : ""} using ${model}\n\n${Array.from({ length: count }, () => SHOWN).join("\n\n")}`;
const filmed = (prompt: string, ratio: string | undefined, model: string) =>
  `Generated video with prompt: "${prompt}"${ratio ? ` and aspect ratio: ${ratio}` : ""} using ${model}\n\n${FILM}`;

const imagen = (prompt: string, aspect_ratio: string, num_images = 1) =>
  generated("fal-ai/imagen4/preview", { prompt, aspect_ratio, num_images });
const flux = (prompt: string, image_size: unknown, more: object = {}) =>
  generated("fal-ai/flux/dev", { prompt, image_size, num_images: 1, ...more });
const banana = (prompt: string, image_urls: string[], more: object = {}) =>
  generated("fal-ai/nano-banana/edit", { prompt, image_urls, num_images: 1, ...more });

scenarios("a picture from words", [
  drawing(
    "without a model, in a square",
    [say("a cat")],
    {},
    imagen("a cat", "1:1"),
    said("a cat", "1:1", "imagen4-preview"),
  ),
  drawing(
    "model null",
    [say("a cat")],
    { model: null } as never,
    imagen("a cat", "1:1"),
    said("a cat", "1:1", "imagen4-preview"),
  ),
  ...[
    ["a cat size:9:16", "9:16"],
    ["a cat size：9：16", "9:16"],
    ["a cat 比例:16:9", "16:9"],
    ["a cat 比例：1:1", "1:1"],
    ["a cat 比例=16/9", "16:9"],
    ["a cat 9:16", "9:16"],
  ].map(([text, ratio]) =>
    drawing(
      `the size of ${text}`,
      [say(text!)],
      {},
      imagen("a cat", ratio!),
      said("a cat", ratio, "imagen4-preview"),
    ),
  ),
  drawing(
    "pixels have their ratio told",
    [say("a cat aspect_ratio 1024x768")],
    {},
    generated("fal-ai/imagen4/preview", {
      prompt: "a cat",
      aspect_ratio: "4:3",
      resolution: "1K",
      num_images: 1,
    }),
    said("a cat", "4:3", "imagen4-preview"),
  ),
  drawing(
    "the model of contract 2, in its own spelling",
    [say("a cat size:16:9")],
    { model: "Flux 1.1 Pro Ultra" },
    generated("fal-ai/flux-pro/v1.1-ultra", {
      prompt: "a cat",
      aspect_ratio: "16:9",
      num_images: 1,
    }),
    said("a cat", "16:9", "Flux 1.1 Pro Ultra"),
  ),
  drawing(
    "the body's size wins over the text's, which is removed all the same",
    [say("a cat size:16:9")],
    { size: "9:16" },
    imagen("a cat", "9:16"),
    said("a cat", "9:16", "imagen4-preview"),
  ),
  drawing(
    "what is no size stays in the prompt",
    [say("3 cats at 10:30")],
    {},
    imagen("3 cats at 10:30", "1:1"),
    said("3 cats at 10:30", "1:1", "imagen4-preview"),
  ),
  drawing(
    "two sizes are none",
    [say("a cat 16:9 and 9:16")],
    {},
    imagen("a cat 16:9 and 9:16", "1:1"),
    said("a cat 16:9 and 9:16", "1:1", "imagen4-preview"),
  ),
  drawing(
    "four pictures",
    [say("a cat")],
    { n: 4 },
    imagen("a cat", "1:1", 4),
    said("a cat", "1:1", "imagen4-preview", 4),
  ),
  drawing(
    "the last user message counts",
    [
      { role: "system", content: "s" },
      say("a dog size:16:9"),
      { role: "assistant", content: "?" },
      say("a cat"),
    ],
    {},
    imagen("a cat", "1:1"),
    said("a cat", "1:1", "imagen4-preview"),
  ),
  drawing(
    "text parts are one prompt, what is no part is passed over",
    [
      {
        role: "user",
        content: [null, "x", { type: "text", text: "a cat" }, { type: "text", text: "size:16:9" }],
      },
    ],
    {},
    imagen("a cat", "16:9"),
    said("a cat", "16:9", "imagen4-preview"),
  ),
  drawing(
    "words for the model reach it, words for a talker do not",
    [say("a cat")],
    {
      model: "flux-dev",
      seed: 7,
      guidance_scale: 3,
      temperature: 1,
      top_p: 1,
      stop: ["x"],
      user: "u",
      tools: [],
      reasoning_effort: "low",
      frequency_penalty: 0,
      max_tokens: 4096,
    },
    flux("a cat", "square_hd", { seed: 7, guidance_scale: 3 }),
    said("a cat", "1:1", "flux-dev"),
  ),
  drawing(
    "a negative prompt, where the model knows one",
    [say("a cat")],
    { model: "fal-ai/stable-cascade", negative_prompt: "dogs" },
    generated("fal-ai/stable-cascade", {
      prompt: "a cat",
      negative_prompt: "dogs",
      image_size: "square_hd",
      num_images: 1,
    }),
    said("a cat", "1:1", "fal-ai/stable-cascade"),
  ),
  {
    name: "in OpenRouter's form, where it is asked for",
    send: { path: PATH, body: body([say("a cat")], { modalities: ["image", "text"], n: 2 }) },
    fal: imagen("a cat", "1:1", 2),
    expect: {
      status: 200,
      body: answered(
        'Generated image with prompt: "a cat" and aspect ratio: 1:1 using imagen4-preview',
        "imagen4-preview",
        {
          images: [0, 1].map((index) => ({
            type: "image_url",
            image_url: { url: expect.stringMatching(/^http/) },
            index,
          })),
        },
      ),
    },
  },
]);

scenarios("pictures in the message", [
  drawing(
    "go to the editing sibling",
    [say("make it blue", A)],
    { model: "nano-banana" },
    banana("make it blue", [A]),
    said("make it blue", undefined, "nano-banana"),
  ),
  drawing(
    "as a data URL too",
    [say("make it blue", PNG)],
    { model: "nano-banana" },
    banana("make it blue", [PNG]),
    said("make it blue", undefined, "nano-banana"),
  ),
  drawing(
    "with a shape of their own, if one is named",
    [say("make it blue 16:9", A)],
    { model: "nano-banana" },
    banana("make it blue", [A], { aspect_ratio: "16:9" }),
    said("make it blue", "16:9", "nano-banana"),
  ),
  drawing(
    "several",
    [say("join", A, B)],
    { model: "nano-banana" },
    banana("join", [A, B]),
    said("join", undefined, "nano-banana"),
  ),
  drawing(
    "one, of a model with an endpoint for several",
    [say("make it blue", A)],
    { model: "flux-1.1-pro" },
    generated("fal-ai/flux-pro/kontext", { prompt: "make it blue", image_url: A, num_images: 1 }),
    said("make it blue", undefined, "flux-1.1-pro"),
  ),
  drawing(
    "several, of a model with an endpoint for several",
    [say("join", A, B)],
    { model: "flux-1.1-pro" },
    generated("fal-ai/flux-pro/kontext/multi", {
      prompt: "join",
      image_urls: [A, B],
      num_images: 1,
    }),
    said("join", undefined, "flux-1.1-pro"),
  ),
  drawing(
    "of a full fal id",
    [say("join", A, B)],
    { model: "fal-ai/flux-pro/kontext" },
    generated("fal-ai/flux-pro/kontext/multi", {
      prompt: "join",
      image_urls: [A, B],
      num_images: 1,
    }),
    said("join", undefined, "fal-ai/flux-pro/kontext"),
  ),
  drawing(
    "as a plain text, as some clients write it",
    [
      {
        role: "user",
        content: [
          { type: "text", text: "blue" },
          { type: "image_url", image_url: A },
        ],
      },
    ],
    { model: "nano-banana" },
    banana("blue", [A]),
    said("blue", undefined, "nano-banana"),
  ),
]);

scenarios("pictures drawn before", [
  drawing(
    "are edited",
    [say("a cat"), drawn(A), say("make it blue")],
    { model: "nano-banana" },
    banana("make it blue", [A]),
    said("make it blue", undefined, "nano-banana"),
  ),
  drawing(
    "the latest of them",
    [say("a cat"), drawn(B), say("a dog"), drawn(A), say("blue")],
    { model: "nano-banana" },
    banana("blue", [A]),
    said("blue", undefined, "nano-banana"),
  ),
  drawing(
    "all of the latest message",
    [say("a cat"), drawn(A, B), say("join")],
    { model: "nano-banana" },
    banana("join", [A, B]),
    said("join", undefined, "nano-banana"),
  ),
  drawing(
    "in OpenRouter's form too",
    [say("a cat"), { role: "assistant", content: "done", images: [picture(A)] }, say("blue")],
    { model: "nano-banana" },
    banana("blue", [A]),
    said("blue", undefined, "nano-banana"),
  ),
  drawing(
    "but those of the message come first",
    [say("a cat"), drawn(B), say("blue", A)],
    { model: "nano-banana" },
    banana("blue", [A]),
    said("blue", undefined, "nano-banana"),
  ),
  drawing(
    "a model that cannot edit draws anew",
    [say("a cat"), drawn(A), say("a dog")],
    { model: "fal-ai/stable-cascade" },
    generated("fal-ai/stable-cascade", { prompt: "a dog", image_size: "square_hd", num_images: 1 }),
    said("a dog", "1:1", "fal-ai/stable-cascade"),
  ),
]);

/** A task brings its pictures to fal's storage. */
const REFERENCE = uploaded("reference.png", "image/png");
const image_url = stored("reference.png");

scenarios("a video", [
  drawing(
    "from words",
    [say("a cat runs 16:9")],
    { model: "veo3-fast" },
    generated("fal-ai/veo3/fast", { prompt: "a cat runs", aspect_ratio: "16:9" }),
    filmed("a cat runs", "16:9", "veo3-fast"),
  ),
  drawing(
    "from a picture",
    [say("run", PNG)],
    { model: "veo3-fast" },
    [REFERENCE, ...generated("fal-ai/veo3/fast/image-to-video", { prompt: "run", image_url })],
    filmed("run", undefined, "veo3-fast"),
  ),
  drawing(
    "from the picture drawn last",
    [say("a cat"), drawn(A, PNG), say("let it run")],
    { model: "veo3-fast" },
    [
      REFERENCE,
      ...generated("fal-ai/veo3/fast/image-to-video", { prompt: "let it run", image_url }),
    ],
    filmed("let it run", undefined, "veo3-fast"),
  ),
]);

const refused = (
  name: string,
  messages: unknown,
  more: object,
  error: ReturnType<typeof invalid>,
  status = 400,
): Scenario => ({
  name,
  send: { path: PATH, body: { model: "nano-banana", messages, ...more } },
  expect: { status, body: error },
});

const IMAGE = invalid(
  /must be an http\(s\) address or a base64 data URL of a picture/,
  "messages",
  "invalid_image_url",
);

scenarios("what cannot be drawn", [
  refused("no messages", [], {}, invalid(/messages/, "messages")),
  refused(
    "messages that are missing",
    undefined,
    {},
    invalid(/messages/, "messages", "missing_required_parameter"),
  ),
  refused(
    "messages that are no list",
    "a cat",
    {},
    invalid(
      "Invalid value for 'messages': it must be a list of at least one message, not a text.",
      "messages",
    ),
  ),
  refused(
    "a message that is null",
    [null],
    {},
    invalid(/must be an object, not null/, "messages[0]"),
  ),
  refused(
    "no user message",
    [{ role: "system", content: "a cat" }],
    {},
    invalid(/no user message/, "messages"),
  ),
  refused(
    "a message without text",
    [{ role: "user", content: [picture(A)] }],
    {},
    invalid(/no text/, "messages"),
  ),
  refused(
    "a message of null",
    [{ role: "user", content: null }],
    {},
    invalid(/no text/, "messages"),
  ),
  refused(
    "a message of a number",
    [{ role: "user", content: 5 }],
    {},
    invalid(/no text/, "messages"),
  ),
  refused("a message of blanks", [say("  \n")], {}, invalid(/no text/, "messages")),
  refused("a message of a size alone", [say("size:16:9")], {}, invalid(/no text/, "messages")),
  refused(
    "a tool's answer",
    [say("a cat"), { role: "tool", tool_call_id: "c", content: "x" }],
    {},
    invalid(/tool's answer/, "messages"),
  ),
  refused(
    "a data URL of a text",
    [say(SECRET, "data:text/plain;base64,aGVsbG8gd29ybGQ=")],
    {},
    IMAGE,
  ),
  refused(
    "a data URL that only says it is a picture",
    [say(SECRET, "data:image/png;base64,aGVsbG8gd29ybGQ=")],
    {},
    IMAGE,
  ),
  refused("a data URL without base64", [say(SECRET, "data:image/svg+xml,<svg/>")], {}, IMAGE),
  refused("an address of another kind", [say(SECRET, "ftp://example.com/a.png")], {}, IMAGE),
  refused(
    "a picture without an address",
    [{ role: "user", content: [{ type: "text", text: "x" }, { type: "image_url" }] }],
    {},
    invalid(/no url/, "messages"),
  ),
  refused(
    "pictures for a model that takes none",
    [say("blue", A)],
    { model: "fal-ai/stable-cascade" },
    invalid(/cannot edit pictures/, "messages"),
  ),
  refused(
    "more pictures than the model takes",
    [say("blue", A, B)],
    { model: "flux-dev" },
    invalid(/takes 1 picture; the message has 2/, "messages"),
  ),
  refused("a size that is none", [say("a cat")], { size: "large" }, invalid(/size/, "size")),
  refused("a size that is no text", [say("a cat")], { size: 5 }, invalid(/size/, "size")),
  refused("a size of nothing in the text", [say("a cat size:0:0")], {}, invalid(/size/i, "size")),
  refused("no pictures at all", [say("a cat")], { n: 0 }, invalid(/n: /, "n")),
  refused(
    "a model that speaks",
    [say("a cat")],
    { model: "tts-1" },
    invalid(/cannot chat/, "model", "unsupported_model"),
  ),
  refused(
    "a model that is not there",
    [say("a cat")],
    { model: "flux-devv" },
    invalid(/Did you mean flux-dev/, "model", "model_not_found"),
    404,
  ),
]);

const probe = (name: string, more: object): Scenario => ({
  name,
  send: { path: PATH, body: body([say("ping")], more) },
  expect: { status: 200, text: /"content":""/ },
});

scenarios("a probe draws nothing", [
  {
    name: "of five tokens, as Dify sends it",
    send: { path: PATH, body: body([say("ping")], { max_tokens: 5 }) },
    expect: {
      status: 200,
      body: {
        ...answered("", "imagen4-preview"),
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: "", refusal: null },
            logprobs: null,
            finish_reason: "length",
          },
        ],
      },
    },
  },
  probe("of the newer word", { max_completion_tokens: 1 }),
  probe("as a stream", { max_tokens: 5, stream: true }),
]);
