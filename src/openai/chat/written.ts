/** Chat completions as falgate writes them: all that OpenAI's own types require is there. */
import type { ChatUsage } from "./answer.ts";

/** Whatever else a model says travels along. */
interface Open {
  [key: string]: unknown;
}

/** As models write them today; a client's type may not know a newer word. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

/** A picture in OpenRouter's form. */
export interface ChatImage {
  type: "image_url";
  image_url: { url: string };
}

export interface WrittenToolCall extends Open {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export interface WrittenMessage extends Open {
  role: "assistant";
  content: string | null;
  refusal: string | null;
  reasoning_content?: string;
  tool_calls?: WrittenToolCall[];
  images?: ChatImage[];
}

export interface WrittenCompletion extends Open {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: (Open & {
    index: number;
    finish_reason: FinishReason;
    logprobs: null | { content: never[]; refusal: null };
    message: WrittenMessage;
  })[];
  usage?: WrittenUsage;
}

export interface WrittenUsage extends ChatUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export interface WrittenToolDelta extends Open {
  index: number;
  id?: string;
  type?: "function";
  function?: { name?: string; arguments?: string };
}

export interface WrittenDelta extends Open {
  role?: "assistant";
  content?: string;
  refusal?: string | null;
  reasoning?: string;
  reasoning_content?: string;
  tool_calls?: WrittenToolDelta[];
  images?: ChatImage[];
}

export interface WrittenChoice extends Open {
  index: number;
  delta: WrittenDelta;
  finish_reason: FinishReason | null;
  logprobs: null | { content: never[]; refusal: null };
}

export interface WrittenChunk extends Open {
  id: string;
  object: "chat.completion.chunk";
  created: number;
  model: string;
  choices: WrittenChoice[];
  usage?: WrittenUsage;
}
