/** OpenAI's chat completions: what is read of them (`resources/chat/completions/completions.d.ts`). */

/** Whatever else a client or a model says travels along unread. */
interface Open {
  [key: string]: unknown;
}

export interface TextPart extends Open {
  type: "text";
  text: string;
}

export interface ImagePart extends Open {
  type: "image_url";
  image_url: { url: string; detail?: string };
}

export interface OtherPart extends Open {
  type: string;
}

export type ContentPart = TextPart | ImagePart | OtherPart;

export interface ToolCall extends Open {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

/** A picture in OpenRouter's form. */
export interface ChatImage {
  type: "image_url";
  image_url: { url: string };
}

export interface ChatMessage extends Open {
  role: string;
  content?: string | null | ContentPart[];
  name?: string;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
  images?: ChatImage[];
}

export interface ChatRequest extends Open {
  model?: string | null;
  messages: ChatMessage[];
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean } | null;
}

export interface ChatUsage extends Open {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** US dollars, as OpenRouter counts. */
  cost?: number;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

export interface ChatCompletionMessage extends Open {
  role: "assistant";
  content: string | null;
  refusal: string | null;
  reasoning?: string | null;
  reasoning_content?: string | null;
  tool_calls?: ToolCall[];
  images?: ChatImage[];
}

export interface ChatCompletion extends Open {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: {
    index: number;
    finish_reason: FinishReason;
    logprobs: unknown;
    message: ChatCompletionMessage;
  }[];
  usage?: ChatUsage;
}

export interface ToolCallDelta extends Open {
  index: number;
  id?: string;
  type?: "function";
  function?: { name?: string; arguments?: string };
}

export interface ChatDelta extends Open {
  role?: "assistant";
  content?: string | null;
  refusal?: string | null;
  reasoning?: string | null;
  reasoning_content?: string | null;
  tool_calls?: ToolCallDelta[];
  images?: ChatImage[];
}

export interface ChunkChoice extends Open {
  index: number;
  delta: ChatDelta;
  finish_reason: FinishReason | null;
  logprobs?: unknown;
}

export interface ChatCompletionChunk extends Open {
  id: string;
  object: "chat.completion.chunk";
  created: number;
  model: string;
  choices: ChunkChoice[];
  usage?: ChatUsage | null;
  /** A failure in the middle of a stream. */
  error?: unknown;
}
