/** A request for a response, as a request for a chat completion. */
import type { ChatRequest } from "../chat/request.ts";
import { type Fields, isFields, kept, maybeText, unsupported, wrong } from "./field.ts";
import { type Recall, toMessages } from "./input.ts";
import type { ResponseCreateParams } from "./params.ts";
import { toTools } from "./tools.ts";

/** Responses' own words: translated below, or without meaning for one chat completion. */
const OWN: ReadonlySet<string> = new Set([
  "input",
  "instructions",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "max_output_tokens",
  "top_logprobs",
  "text",
  "reasoning",
  "include",
  "stream",
  "stream_options",
  "store",
  "truncation",
  "max_tool_calls",
  "context_management",
  "image",
  "access_programs",
  "background",
  "previous_response_id",
  "conversation",
  "prompt",
  // Chat's words that would undo the translation: one answer, to this conversation.
  "messages",
  "n",
]);

/**
 * The chat request that answers the same question. What chat completions know as well passes
 * unchanged: `model`, `temperature`, `metadata`, `seed`, `stop`, OpenRouter's `provider`, …
 *
 * `recall` resolves `item_reference`, which the AI SDK sends for its own earlier answers unless it is
 * told `store: false`; without it a reference is refused.
 *
 * Throws 400 naming what cannot be said in chat: stored state, background work, hosted tools,
 * unknown items and parts.
 */
export function toChat(
  params: ResponseCreateParams,
  recall: Recall = () => undefined,
): ChatRequest {
  answerable(params);
  const { instructions, input, stream, max_output_tokens, parallel_tool_calls } = params;
  const system = instructions ? [{ role: "system" as const, content: instructions }] : [];
  const offer = toTools(params.tools, params.tool_choice);
  return {
    ...passed(params),
    messages: [...system, ...toMessages(input, recall)],
    ...offer,
    ...(offer.tools && parallel_tool_calls != null ? { parallel_tool_calls } : {}),
    // The older word: OpenRouter's providers take it, the newer one only OpenAI's.
    ...(max_output_tokens == null ? {} : { max_tokens: max_output_tokens }),
    ...toFormat(params.text ?? {}),
    ...toReasoning(params.reasoning ?? {}),
    ...toLogprobs(params),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

function passed(params: ResponseCreateParams): Record<string, unknown> {
  const entries = Object.entries(params);
  return Object.fromEntries(entries.filter(([key, value]) => value != null && !OWN.has(key)));
}

/**
 * Throws 400 for what nobody here could answer: a question that is missing, and what would need a
 * memory or a second call, which OpenRouter has neither of.
 */
export function answerable({ background, input, ...params }: ResponseCreateParams): void {
  for (const key of ["previous_response_id", "conversation", "prompt"] as const) {
    if (params[key] == null) continue;
    const message = `'${key}' cannot be used: nothing is stored here. Send the whole conversation in 'input'.`;
    throw unsupported(key, message);
  }
  if (background) {
    const message =
      "'background' cannot be used: nothing is stored here. The answer comes on the call that asks for it.";
    throw unsupported("background", message);
  }
  if (input == null || input.length === 0) {
    throw wrong("input", input, "a text or a list with at least one message");
  }
}

function toFormat(text: Fields): Fields {
  const verbosity = kept(text, "verbosity");
  if (!isFields(text.format)) return verbosity;
  const type = maybeText(text.format, "type", "text.format") ?? "text";
  if (type === "text") return verbosity;
  if (type === "json_object") return { ...verbosity, response_format: { type } };
  if (type === "json_schema") {
    const json_schema = kept(text.format, "name", "description", "schema", "strict");
    return { ...verbosity, response_format: { type, json_schema } };
  }
  throw unsupported("text.format.type", `A format of type '${type}' is not supported here.`);
}

/** What a summary or a context of reasoning is has no word in chat. */
const ONLY_RESPONSES: ReadonlySet<string> = new Set([
  "summary",
  "generate_summary",
  "context",
  "mode",
]);

/** OpenRouter's `reasoning` says more than OpenAI's; where it does, it goes whole. */
function toReasoning(reasoning: Fields): Fields {
  const said = Object.entries(reasoning).filter(
    ([key, value]) => value != null && !ONLY_RESPONSES.has(key),
  );
  const { effort, ...more } = Object.fromEntries(said);
  if (Object.keys(more).length > 0) return { reasoning: Object.fromEntries(said) };
  return effort === undefined ? {} : { reasoning_effort: effort };
}

function toLogprobs({ include, top_logprobs }: ResponseCreateParams): Fields {
  if (top_logprobs) return { logprobs: true, top_logprobs };
  return include?.includes("message.output_text.logprobs") ? { logprobs: true } : {};
}
