/** Values of a wrong kind, by route: a plain sentence says which parameter, what it must be and what it was. */
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

type Row = readonly [path: string, body: Record<string, unknown>, param: string, wanted: string];

const picture = { prompt: "a cat" };
const LINK = "https://v3.fal.media/files/a.png";
const speech = { model: "tts-1", input: "hello" };
const message = { role: "user", content: "hello" };
const WORDS = "it must be a text";
const SWITCH = "it must be true or false";
const COUNT = "it must be a whole number from 1 to 10";
const RELAY = /^\/(jimeng|v1\/video\/generations)/;

const ROWS: readonly Row[] = [
  [
    "/v1/images/generations",
    { prompt: 5 },
    "prompt",
    "it must be a text that is not empty, not a number",
  ],
  [
    "/v1/images/generations",
    { prompt: [] },
    "prompt",
    "it must be a text that is not empty, not a list",
  ],
  [
    "/v1/images/generations",
    { ...picture, model: 5 },
    "model",
    `${WORDS} that is not empty, not a number`,
  ],
  ["/v1/images/generations", { ...picture, model: "" }, "model", `${WORDS} that is not empty`],
  ["/v1/images/generations", { ...picture, size: 1024 }, "size", `${WORDS}, not a number`],
  ["/v1/images/generations", { ...picture, n: "two" }, "n", `${COUNT}, not a text`],
  ["/v1/images/generations", { ...picture, n: 1.5 }, "n", COUNT],
  ["/v1/images/generations", { ...picture, n: true }, "n", `${COUNT}, not true or false`],
  ["/v1/images/generations", { ...picture, seed: 1.5 }, "seed", "it must be a whole number"],
  ["/v1/images/generations", { ...picture, stream: "yes" }, "stream", `${SWITCH}, not a text`],
  [
    "/v1/images/generations",
    { ...picture, partial_images: 4 },
    "partial_images",
    "it must be a whole number from 0 to 3",
  ],
  [
    "/v1/images/generations",
    { ...picture, output_compression: -1 },
    "output_compression",
    "it must be a number from 0 to 100",
  ],
  [
    "/v1/images/generations",
    { ...picture, response_format: "png" },
    "response_format",
    'it must be one of "url", "b64_json"',
  ],
  [
    "/v1/images/generations",
    { ...picture, response_format: {} },
    "response_format",
    'it must be one of "url", "b64_json", not an object',
  ],
  [
    "/v1/images/edits",
    { prompt: 5, images: [{ image_url: LINK }] },
    "prompt",
    `${WORDS}, not a number`,
  ],
  ["/v1/audio/speech", { ...speech, input: null }, "input", ""],
  [
    "/v1/audio/speech",
    { ...speech, voice: 5 },
    "voice",
    "it must be the name of a voice, not a number",
  ],
  ["/v1/audio/speech", { ...speech, speed: "fast" }, "speed", "it must be a number, not a text"],
  [
    "/v1/audio/speech",
    { ...speech, response_format: 5 },
    "response_format",
    'it must be one of "mp3", "opus", "aac", "flac", "wav", "pcm", not a number',
  ],
  [
    "/v1/chat/completions",
    { messages: "hello" },
    "messages",
    "it must be a list of at least one message, not a text",
  ],
  ["/v1/chat/completions", { messages: [null] }, "messages[0]", "it must be an object, not null"],
  [
    "/v1/chat/completions",
    { messages: [{ ...message, role: 5 }] },
    "messages[0].role",
    `${WORDS}, not a number`,
  ],
  ["/v1/chat/completions", { messages: [{ content: "hello" }] }, "messages[0].role", ""],
  [
    "/v1/responses",
    { model: "gpt-4o", input: 5 },
    "input",
    "it must be a text or a list of items, not a number",
  ],
  [
    "/v1/responses",
    { model: "gpt-4o", input: [5] },
    "input",
    "it must be a text or a list of items",
  ],
  [
    "/v1/embeddings",
    { model: "m", input: 5 },
    "input",
    "it must be a text or a list of at least one, not a number",
  ],
  ["/v1/videos", { prompt: 5 }, "prompt", `${WORDS}, not a number`],
  [
    "/v1/videos",
    { ...picture, seconds: [] },
    "seconds",
    "it must be a text or a number, not a list",
  ],
  [
    "/v1/video/create",
    { model: "veo3", prompt: 5 },
    "prompt",
    `${WORDS} that is not empty, not a number`,
  ],
  [
    "/v1/video/create",
    { model: "veo3", prompt: "x", images: "a" },
    "images",
    "it must be a list of pictures: URLs, data URLs or base64, not a text",
  ],
  [
    "/v1/video/create",
    { model: "veo3", prompt: "x", orientation: "up" },
    "orientation",
    'it must be one of "portrait", "landscape"',
  ],
  [
    "/v1/video/create",
    { model: "veo3", prompt: "x", enhance_prompt: 1 },
    "enhance_prompt",
    `${SWITCH}, not a number`,
  ],
  [
    "/v1/video/generations",
    { model: "veo3", prompt: {} },
    "prompt",
    `${WORDS} that is not empty, not an object`,
  ],
  ["/jimeng/submit/videos", { prompt: 5 }, "prompt", `${WORDS} that is not empty, not a number`],
  ["/jimeng/submit/videos", { prompt: "" }, "prompt", `${WORDS} that is not empty`],
];

const scenario = ([path, body, param, wanted]: Row): Scenario => {
  const said =
    wanted === ""
      ? invalid(`Missing required parameter: '${param}'.`, param, "missing_required_parameter")
      : invalid(`Invalid value for '${param}': ${wanted}.`, param);
  const { code, message } = said.error;
  return {
    name: `${path} ${JSON.stringify(body)}`,
    send: { path, body },
    expect: {
      status: 400,
      body: RELAY.test(path) ? { code, message, data: null, ...said } : said,
    },
  };
};

scenarios("values of a wrong kind", ROWS.map(scenario));

// In an address everything is text: nobody is told so.
scenarios("a word of an address that is wrong", [
  {
    name: "a limit",
    send: { path: "/v1/videos?limit=abc" },
    expect: {
      status: 400,
      body: invalid("Invalid value for 'limit': it must be a whole number from 1 to 100.", "limit"),
    },
  },
]);
