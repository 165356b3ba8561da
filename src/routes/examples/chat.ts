/** Conversations and embeddings as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const MODEL = "openai/gpt-4o-mini";
const user = (content: unknown) => [{ role: "user", content }];

export const CHAT_REQUESTS: Examples = {
  "A question": { model: MODEL, messages: user("Why are lighthouses round?") },
  "As a stream": {
    model: "anthropic/claude-sonnet-4",
    messages: user("Why are lighthouses round?"),
    stream: true,
    stream_options: { include_usage: true },
  },
  "About a picture": {
    model: "google/gemini-2.5-pro",
    messages: user([
      { type: "text", text: "What is on the left?" },
      { type: "image_url", image_url: { url: "https://example.com/harbour.jpg" } },
    ]),
  },
  "With a tool": {
    model: MODEL,
    messages: user("How high are the waves at Fastnet?"),
    tools: [
      {
        type: "function",
        function: {
          name: "waves",
          parameters: { type: "object", properties: { place: { type: "string" } } },
        },
      },
    ],
  },
  "A picture, by talking": {
    model: "imagen4-preview",
    messages: user("A lighthouse at dusk, oil on canvas, size:16:9"),
  },
};

const answer = (model: string, content: string) => ({
  id: "chatcmpl-4f1c0ad5",
  object: "chat.completion",
  created: 1789000000,
  model,
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      logprobs: null,
      message: { role: "assistant", content, refusal: null },
    },
  ],
  usage: { prompt_tokens: 14, completion_tokens: 12, total_tokens: 26 },
});

export const CHAT_ANSWERS: Examples = {
  "A text": answer(MODEL, "Because a round tower gives wind and waves no side to push against."),
  "A picture": answer(
    "imagen4-preview",
    'Generated image with prompt: "A lighthouse at dusk, oil on canvas" and aspect ratio: 16:9 using imagen4-preview\n\n![Generated Image](https://v3.fal.media/files/penguin/lighthouse.png)',
  ),
};

const chunk = (delta: object, finish_reason: string | null = null) => {
  const choices = [{ index: 0, delta, finish_reason }];
  const body = { id: "chatcmpl-4f1c0ad5", object: "chat.completion.chunk", created: 1789000000 };
  return `data: ${JSON.stringify({ ...body, model: MODEL, choices })}\n\n`;
};

export const CHAT_EVENTS = [
  chunk({ role: "assistant", content: "" }),
  chunk({ content: "Because" }),
  chunk({}, "stop"),
  "data: [DONE]\n",
].join("");

export const EMBEDDING_REQUESTS: Examples = {
  "A text": { model: "text-embedding-3-small", input: "A lighthouse at dusk" },
  "Several, shorter vectors": {
    model: "text-embedding-3-small",
    input: ["A lighthouse at dusk", "A harbour at dawn"],
    dimensions: 256,
  },
};

export const EMBEDDING_ANSWERS: Examples = {
  "A vector": {
    object: "list",
    model: "text-embedding-3-small",
    data: [{ object: "embedding", index: 0, embedding: [0.0123, -0.0456, 0.0789] }],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  },
};
