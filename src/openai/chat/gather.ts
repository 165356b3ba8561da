/** A whole chat completion out of the chunks of a stream, for a client that asked for no stream. */
import type {
  ChatChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  ChatLogprob,
  ChatToolCallDelta,
  ChunkChoice,
} from "./answer.ts";

type Choice = ChatChoice & { index: number; message: ChatDelta };

export interface Gathering {
  add(chunk: ChatCompletionChunk): void;
  /** What has come so far. */
  completion(): ChatCompletion;
  /** Every choice that has begun has said why it ended. */
  complete(): boolean;
}

/** Texts of one kind are joined, lists too; of anything else the latest stands. */
export function gather(): Gathering {
  const choices = new Map<number, Choice>();
  let head: ChatCompletion = {};

  function take({ delta, ...given }: ChunkChoice): void {
    const index = given.index ?? 0;
    const { message, logprobs, ...had } = choices.get(index) ?? { message: {} };
    const told = Object.entries(given).filter(([, value]) => value != null);
    const likely = joinedLogprobs(logprobs, given.logprobs);
    const said = joined(message, delta ?? {});
    choices.set(index, {
      ...had,
      ...Object.fromEntries(told),
      ...(likely ? { logprobs: likely } : {}),
      index,
      message: said,
    });
  }

  return {
    add({ choices: given = [], ...rest }) {
      const told = Object.entries(rest).filter(([, value]) => value != null);
      head = { ...Object.fromEntries(told), ...head, ...(rest.usage && { usage: rest.usage }) };
      for (const choice of given) take(choice);
    },
    completion: () => {
      const ordered = [...choices.values()].sort((a, b) => a.index - b.index);
      return { ...head, choices: ordered };
    },
    complete: () =>
      choices.size > 0 && [...choices.values()].every(({ finish_reason }) => finish_reason != null),
  };
}

/** `content`, `reasoning`, `refusal` grow; `role` and whatever else is told once stays. */
function joined(had: ChatDelta, { tool_calls, ...given }: ChatDelta): ChatDelta {
  const message: ChatDelta = { ...had };
  for (const [key, value] of Object.entries(given)) {
    const before = message[key];
    if (value == null) continue;
    if (Array.isArray(value)) message[key] = [...(Array.isArray(before) ? before : []), ...value];
    else if (key !== "role" && typeof value === "string" && typeof before === "string") {
      message[key] = before + value;
    } else message[key] = value;
  }
  if (!tool_calls) return message;
  return { ...message, tool_calls: tool_calls.reduce(withCall, had.tool_calls ?? []) };
}

function withCall(
  calls: readonly ChatToolCallDelta[],
  given: ChatToolCallDelta,
  place: number,
): readonly ChatToolCallDelta[] {
  const { index = place, function: fn, custom, ...rest } = given;
  const at = calls.findIndex((call) => call.index === index);
  if (at < 0) return [...calls, { ...given, index }];
  const had = calls[at]!;
  const told = Object.entries(rest).filter(([, value]) => value != null && value !== "");
  const more = {
    ...had,
    ...Object.fromEntries(told),
    ...(fn && { function: { ...had.function, ...grown(had.function, fn, "arguments") } }),
    ...(custom && { custom: { ...had.custom, ...grown(had.custom, custom, "input") } }),
  };
  return calls.with(at, more);
}

type Called = Record<string, string | null | undefined>;

function grown(had: Called | null | undefined, given: Called, text: string): Called {
  const name = had?.name || given.name;
  return { ...(name ? { name } : {}), [text]: `${had?.[text] ?? ""}${given[text] ?? ""}` };
}

function joinedLogprobs(had: ChatChoice["logprobs"], given: ChatChoice["logprobs"]) {
  if (!given?.content) return had ?? given;
  const content: ChatLogprob[] = [...(had?.content ?? []), ...given.content];
  return { ...had, ...given, content };
}
