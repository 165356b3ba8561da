/** One chunk of a chat stream, put into the form that every client accepts. */
import type { ChatDelta, ChatToolCallDelta, ChunkChoice } from "./answer.ts";
import type { WrittenChoice, WrittenDelta, WrittenToolDelta } from "./written.ts";

/** What has been said of one choice so far. */
export interface ChoiceState {
  readonly index: number;
  /** Its role has been announced. */
  begun: boolean;
  finished: boolean;
  /** Tool calls whose id and name have been announced, if there are any. */
  tools?: Set<number>;
}

export const newChoice = (index: number): ChoiceState => ({ index, begun: false, finished: false });

/** A choice that can go out as it came: plain text for a client that knows whom it hears. */
export function isPlain({ delta, finish_reason }: ChunkChoice, state: ChoiceState | undefined) {
  return (
    state?.begun === true &&
    finish_reason == null &&
    typeof delta?.content === "string" &&
    delta.reasoning === undefined &&
    delta.reasoning_content === undefined &&
    delta.tool_calls === undefined
  );
}

/**
 * The same choice in up to three: the role first and alone, then what is said, then the finish reason
 * alone (a client that finds it beside text or usage drops one of them). Reasoning stands under both
 * of its names, a tool call's id and name only once.
 */
export function normalChoices(choice: ChunkChoice, state: ChoiceState): WrittenChoice[] {
  const { delta: given, finish_reason, index = 0, logprobs, ...rest } = choice;
  const one = (delta: WrittenDelta, reason: unknown = null, likely: unknown = null) =>
    ({ ...rest, index, delta, finish_reason: reason, logprobs: likely }) as WrittenChoice;
  const role = state.begun ? [] : [one({ role: "assistant", content: "", refusal: null })];
  state.begun = true;
  const delta = normalDelta(given ?? {}, state);
  const likely = logprobs ?? null;
  const said = Object.keys(delta).length > 0 || likely ? [one(delta, null, likely)] : [];
  if (finish_reason == null || state.finished) return [...role, ...said];
  state.finished = true;
  return [...role, ...said, one({}, finish_reason)];
}

function normalDelta(given: ChatDelta, state: ChoiceState): WrittenDelta {
  const { role: _, content, reasoning, reasoning_content, refusal, tool_calls, ...rest } = given;
  const thought = reasoning_content ?? reasoning;
  const calls = tool_calls?.map((call, at) => normalCall({ index: at, ...call }, state)) ?? [];
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
export function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content
    .map((part: { text?: unknown }) => (typeof part?.text === "string" ? part.text : ""))
    .join("");
}

/** A client starts a new call at every id, and some join the names of one call together. */
function normalCall(call: ChatToolCallDelta, state: ChoiceState): WrittenToolDelta {
  const { index = 0, id, type: _, function: fn, custom, ...rest } = call;
  state.tools ??= new Set();
  const first = !state.tools.has(index);
  state.tools.add(index);
  if (custom) {
    const input = custom.input ?? "";
    if (!first) return { ...rest, index, custom: { input } };
    const begun = { index, id: id ?? "", type: "custom", custom: { name: custom.name, input } };
    return { ...rest, ...begun } as unknown as WrittenToolDelta;
  }
  const { name, arguments: json, ...more } = fn ?? {};
  const args = { ...more, arguments: json ?? "" };
  if (!first) return { ...rest, index, function: args };
  return {
    ...rest,
    index,
    id: id ?? "",
    type: "function",
    function: { name: name ?? "", ...args },
  };
}
