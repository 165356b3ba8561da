/** What clients ask of chat completions: what is read and written of it; all else is carried along. */

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
  /** A `ChatRole`, or a word that only the model knows. */
  role: string;
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

/** null is absent. */
export interface ChatRequest {
  model?: string | null;
  messages: ChatMessage[];
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean } | null;
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  max_tokens?: number;
  response_format?: { type: string; [key: string]: unknown };
  reasoning_effort?: string;
  [key: string]: unknown;
}
