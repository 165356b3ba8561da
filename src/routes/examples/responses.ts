/** OpenAI's Responses as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const MODEL = "openai/gpt-4o-mini";

export const RESPONSE_REQUESTS: Examples = {
  "A question": { model: MODEL, input: "Why are lighthouses round?" },
  "As a stream": { model: MODEL, input: "Why are lighthouses round?", stream: true },
  "A conversation": {
    model: MODEL,
    instructions: "Answer in one sentence.",
    input: [
      { role: "user", content: "Why are lighthouses round?" },
      { role: "assistant", content: "So that waves slide off." },
      { role: "user", content: "And why white?" },
    ],
  },
};

export const RESPONSE_ANSWERS: Examples = {
  "A text": {
    id: "resp_4f1c0ad5",
    object: "response",
    created_at: 1789000000,
    status: "completed",
    model: MODEL,
    output: [
      {
        id: "msg_4f1c0ad5",
        type: "message",
        role: "assistant",
        status: "completed",
        content: [
          {
            type: "output_text",
            text: "Because a round tower gives wind and waves no side to push against.",
            annotations: [],
          },
        ],
      },
    ],
    usage: { input_tokens: 14, output_tokens: 12, total_tokens: 26 },
  },
};

const event = (sequence_number: number, type: string, more: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`;

export const RESPONSE_EVENTS = [
  event(4, "response.output_text.delta", {
    item_id: "msg_4f1c0ad5",
    output_index: 0,
    content_index: 0,
    delta: "Because",
  }),
].join("");
