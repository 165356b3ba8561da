/** Endpoints that fal serves though the catalogue's source does not list them, old and new. */
import type { App, Field } from "./schema.ts";

const text: Field = { type: "string" };
const prompt: Field = { type: "string", required: true };
const picture: Field = { type: "string", media: true };
const pictures: Field = { type: "array", required: true, items: picture };

const drawing: App = { output: "images", input: { prompt } };
const editing: App = { output: "images", input: { prompt, image_urls: pictures } };
const film: App = { output: "video", input: { prompt } };
const animation: App = {
  output: "video",
  input: { prompt, image_url: { ...picture, required: true }, end_image_url: picture },
};
const chat: App = { output: "llm", input: { prompt, model: text, system_prompt: text } };
const vision: App = {
  output: "llm",
  input: { prompt, model: text, image_urls: { type: "array", items: picture } },
};

const seedance = [
  "bytedance/seedance-2.0",
  "bytedance/seedance-2.0/fast",
  "bytedance/seedance-2.0/mini",
];
const seedream = ["bytedance/seedream/v5/lite", "bytedance/seedream/v5/pro"];

export const newer: Readonly<Record<string, App>> = {
  "fal-ai/any-llm": chat,
  "fal-ai/any-llm/enterprise": chat,
  "fal-ai/any-llm/vision": vision,
  "openrouter/router/enterprise": chat,
  "openrouter/router/openai/v1/chat/completions": "openai",
  "openrouter/router/openai/v1/responses": "openai",
  "openrouter/router/openai/v1/embeddings": "openai",
  "openai/gpt-image-2": drawing,
  "openai/gpt-image-2/edit": editing,
  "google/nano-banana-2-lite": drawing,
  "google/nano-banana-lite": drawing,
  "google/nano-banana-lite/edit": editing,
  "fal-ai/ideogram/v4": drawing,
  "fal-ai/ideogram/v4/fast": drawing,
  "fal-ai/gemini-3.1-flash-tts": { output: "audio", input: { prompt } },
  ...Object.fromEntries(
    seedream.flatMap((id) => [
      [`${id}/text-to-image`, drawing],
      [`${id}/edit`, editing],
    ]),
  ),
  ...Object.fromEntries(
    seedance.flatMap((id) => [
      [`${id}/text-to-video`, film],
      [`${id}/image-to-video`, animation],
      [`${id}/reference-to-video`, film],
    ]),
  ),
};
