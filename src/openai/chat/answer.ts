/**
 * What a language model answers, as far as it is read. Nothing of it can be relied on: a provider
 * leaves out what OpenAI requires and adds what OpenAI does not know.
 */

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
  [key: string]: unknown;
}

/** A piece of a call: `id` and name come once, with the first piece of that `index`. */
export interface ChatToolCallDelta {
  index?: number;
  id?: string | null;
  type?: string | null;
  function?: { name?: string | null; arguments?: string | null } | null;
  custom?: { name?: string | null; input?: string | null } | null;
  [key: string]: unknown;
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
  [key: string]: unknown;
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

export interface ChatChoice {
  index?: number;
  finish_reason?: string | null;
  logprobs?: { content?: ChatLogprob[] | null } | null;
  error?: ChatFailure | null;
  [key: string]: unknown;
}

interface ChatAnswer<Choice> {
  id?: string;
  created?: number;
  model?: string;
  choices?: readonly Choice[];
  usage?: ChatUsage | null;
  service_tier?: string | null;
  error?: ChatFailure | string | null;
  [key: string]: unknown;
}

export type ChatCompletion = ChatAnswer<ChatChoice & { message?: ChatDelta }>;
export type ChunkChoice = ChatChoice & { delta?: ChatDelta | null };
export type ChatCompletionChunk = ChatAnswer<ChunkChoice>;
