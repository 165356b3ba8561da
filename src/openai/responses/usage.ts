/** Tokens of a chat completion as a response counts them. */
import type { ChatUsage } from "../chat/answer.ts";

/** All counts are required by OpenAI's type. */
export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
  /** US dollars, where the upstream tells. Not OpenAI's. */
  cost?: number;
}

/** A detail that is not told is zero, as OpenAI counts what did not happen. */
export function toUsage(usage: ChatUsage): ResponseUsage {
  const input = usage.prompt_tokens ?? 0;
  const output = usage.completion_tokens ?? 0;
  const details = usage.prompt_tokens_details;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: details?.cached_tokens ?? 0,
      cache_write_tokens: details?.cache_write_tokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: {
      reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    },
    total_tokens: usage.total_tokens ?? input + output,
    ...(usage.cost == null ? {} : { cost: usage.cost }),
  };
}
