/** What a language model's answer says of itself: its tokens, and what they cost. */
import type { End } from "./purchase.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Of a whole answer, or of the part of a stream that bears `usage`. OpenRouter adds `cost`, in
 * dollars, to OpenAI's words (openrouter.ai/docs, "Usage accounting"); responses count in `input` and
 * `output`, all else in `prompt` and `completion`.
 */
export function usageOf(answer: unknown): End {
  const { usage } = Object(answer) as Fields;
  const told = Object(usage) as Fields;
  const input = count(told.prompt_tokens ?? told.input_tokens);
  const output = count(told.completion_tokens ?? told.output_tokens);
  return {
    state: "completed",
    ...(input === undefined && output === undefined
      ? {}
      : { tokens: { input: input ?? 0, output: output ?? 0 } }),
    ...(typeof told.cost === "number" && told.cost >= 0 ? { cost: told.cost } : {}),
  };
}

const count = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
