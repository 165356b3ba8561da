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
 * The same choice in up to three: the role first and alone, then what is said, then the finish reason
 * alone (a client that finds it beside text or usage drops one of them). Reasoning stands under both
 * of its names, a tool call's id and name only once.
 */
export function normalChoices(choice: Choice, state: ChoiceState): Choice[] {
  const { delta: given, finish_reason, index = 0, ...rest } = choice;
  const one = (delta: Delta, reason: Choice["finish_reason"] = null): Choice => ({
    ...rest,
    index,
    delta,
    finish_reason: reason,
  });
  const role = state.begun ? [] : [one({ role: "assistant", content: "" })];
  state.begun = true;
  const delta = normalDelta(given ?? {}, state);
  const said = Object.keys(delta).length > 0 ? [one(delta)] : [];
  if (finish_reason == null || state.finished) return [...role, ...said];
  state.finished = true;
  return [...role, ...said, one({}, finish_reason)];
}

function normalDelta(given: Delta, state: ChoiceState): Delta {
  const { role: _, content, reasoning, reasoning_content, refusal, tool_calls, ...rest } = given;
  const thought = reasoning_content ?? reasoning;
  const calls = tool_calls?.map((call) => normalCall(call, state)) ?? [];
  const text = textOf(content);
  return {
    ...rest,
    ...(text ? { content: text } : {}),
    ...(refusal ? { refusal } : {}),
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
