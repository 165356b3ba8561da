/** One chunk of a chat stream, put into the form that every client accepts. */
import type {
  ChatDelta as Delta,
  ChunkChoice as Choice,
  ToolCallDelta as ToolCall,
} from "./shapes.ts";

/** What has been said of one choice so far. */
export interface ChoiceState {
  /** Its role has been announced. */
  begun: boolean;
  finished: boolean;
  /** Tool calls whose id and name have been announced. */
  tools: Set<number>;
}

export const newChoice = (): ChoiceState => ({ begun: false, finished: false, tools: new Set() });

/** A choice that can go out as it came: plain text for a client that knows whom it hears. */
export function isPlain({ delta, finish_reason }: Choice, state: ChoiceState | undefined): boolean {
  return (
    state?.begun === true &&
    finish_reason == null &&
    typeof delta?.content === "string" &&
    delta.reasoning === undefined &&
    delta.tool_calls === undefined
  );
}

/**
 * The same choice as one or two: the role comes first, reasoning under both of its names, a tool
 * call's id and name once, and the finish reason alone (a client that finds it beside text or usage
 * drops one of them).
 */
export function normalChoices(choice: Choice, state: ChoiceState): Choice[] {
  const { delta: given, finish_reason, index = 0, ...rest } = choice;
  const delta = normalDelta(given ?? {}, state);
  state.begun = true;
  const says = Object.keys(delta).length > 0;
  const spoken = says ? [{ ...rest, index, delta, finish_reason: null }] : [];
  if (finish_reason == null || state.finished) return spoken;
  state.finished = true;
  return [...spoken, { index, delta: {}, finish_reason, logprobs: null }];
}

function normalDelta(given: Delta, state: ChoiceState): Delta {
  const { role: _, content, reasoning, reasoning_content, tool_calls, ...rest } = given;
  const thought = reasoning_content ?? reasoning;
  const calls = tool_calls?.map((call) => normalCall(call, state)) ?? [];
  const first = state.begun ? {} : { role: "assistant" as const, content: "" };
  const text = textOf(content);
  return {
    ...rest,
    ...first,
    ...(text ? { content: text } : {}),
    ...(thought ? { reasoning: thought, reasoning_content: thought } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

/** Content is a string to every client; parts become the text that they hold. */
function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content
    .map((part: { text?: unknown }) => (typeof part?.text === "string" ? part.text : ""))
    .join("");
}

/** A client starts a new call at every id, and some join the names of one call together. */
function normalCall(call: ToolCall, state: ChoiceState): ToolCall {
  const { index = 0, id, function: fn } = call;
  const args = { arguments: fn?.arguments ?? "" };
  if (state.tools.has(index)) return { index, function: args };
  state.tools.add(index);
  return { index, id, type: "function", function: { name: fn?.name ?? "", ...args } };
}
