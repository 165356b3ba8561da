/** What a response puts out: messages, calls and what the model thought (`ResponseOutputItem`). */
import type { ChatLogprob } from "../chat/answer.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** A token and how likely it was; chat's form has the same keys. */
export type Logprob = Required<Pick<ChatLogprob, "token" | "logprob">> & {
  bytes: number[];
  top_logprobs: { token: string; logprob: number; bytes: number[] }[];
};

export interface OutputText {
  type: "output_text";
  text: string;
  /** Always there: the AI SDK refuses a text without. */
  annotations: never[];
  logprobs: Logprob[];
}

export interface OutputRefusal {
  type: "refusal";
  refusal: string;
}

export interface MessageItem {
  id: string;
  type: "message";
  status: ItemStatus;
  role: "assistant";
  content: (OutputText | OutputRefusal)[];
}

export interface SummaryText {
  type: "summary_text";
  text: string;
}

export interface ReasoningItem {
  id: string;
  type: "reasoning";
  status: ItemStatus;
  summary: SummaryText[];
}

export interface FunctionCallItem {
  id: string;
  type: "function_call";
  status: ItemStatus;
  /** The chat tool call's id: what `function_call_output` answers to. */
  call_id: string;
  name: string;
  /** JSON in a string. */
  arguments: string;
}

export interface CustomToolCallItem {
  id: string;
  type: "custom_tool_call";
  status: ItemStatus;
  call_id: string;
  name: string;
  input: string;
}

export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem | CustomToolCallItem;
