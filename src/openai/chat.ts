/** OpenAI's chat completions: the shapes of what is read and written of them (`resources/chat/completions`). */

export type ChatRole = "system" | "developer" | "user" | "assistant" | "tool";

/** `text`, `image_url`, `input_audio`, `file`: parts pass through whole, so only the type is named. */
export interface ChatContentPart {
  type: string;
  [key: string]: unknown;
}

/** A call as it stands in a history and in a whole completion. `arguments` is JSON in a string. */
export type ChatToolCall =
  | { id: string; type: "function"; function: { name: string; arguments: string } }
  | { id: string; type: "custom"; custom: { name: string; input: string } };

export interface ChatMessage {
  role: ChatRole;
  content?: string | ChatContentPart[] | null;
  refusal?: string | null;
  tool_calls?: ChatToolCall[];
  /** Of a `tool` message: the call that it answers. */
  tool_call_id?: string;
  [key: string]: unknown;
}

export interface ChatTool {
  type: string;
  [key: string]: unknown;
}

export type ChatToolChoice =
  | "none"
  | "auto"
  | "required"
  | { type: "function"; function: { name: string } }
  | { type: "custom"; custom: { name: string } };

/** A request; what is not named here is carried along. */
export interface ChatRequest {
  model?: string;
  messages: ChatMessage[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  max_tokens?: number;
  response_format?: { type: string; [key: string]: unknown };
  reasoning_effort?: string;
  [key: string]: unknown;
}

/** Token counts. `cost` is OpenRouter's: US dollars. */
export interface ChatUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  total_tokens?: number | null;
  prompt_tokens_details?: {
    cached_tokens?: number | null;
    cache_write_tokens?: number | null;
  } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
  cost?: number | null;
}

/** A piece of a call: `id` and name come once, with the first piece of that `index`. */
export interface ChatToolCallDelta {
  index?: number;
  id?: string | null;
  type?: string | null;
  function?: { name?: string | null; arguments?: string | null } | null;
  custom?: { name?: string | null; input?: string | null } | null;
}

/** What a chunk adds. A whole message has the same keys, so it is read as one large delta. */
export interface ChatDelta {
  role?: string | null;
  content?: string | null;
  refusal?: string | null;
  /** OpenRouter's name for what the model thought. */
  reasoning?: string | null;
  /** DeepSeek's name for the same. */
  reasoning_content?: string | null;
  tool_calls?: readonly ChatToolCallDelta[] | null;
}

export interface ChatLogprob {
  token: string;
  logprob: number;
  bytes?: number[] | null;
  top_logprobs?: { token: string; logprob: number; bytes?: number[] | null }[];
}

/** A failure that came in place of an answer, or after half of one (OpenRouter: `code` is a status). */
export interface ChatFailure {
  message?: string | null;
  code?: string | number | null;
  type?: string | null;
  param?: string | null;
}

interface ChatChoice {
  index?: number;
  finish_reason?: string | null;
  logprobs?: { content?: ChatLogprob[] | null } | null;
  error?: ChatFailure | null;
}

interface ChatAnswer<Choice> {
  id?: string;
  created?: number;
  model?: string;
  choices?: readonly Choice[];
  usage?: ChatUsage | null;
  service_tier?: string | null;
  error?: ChatFailure | string | null;
}

export type ChatCompletion = ChatAnswer<ChatChoice & { message?: ChatDelta }>;
export type ChatCompletionChunk = ChatAnswer<ChatChoice & { delta?: ChatDelta }>;
