/** Telling a language model's answer from garbage, before anything relies on its shape. */
import type { ChatCompletion, ChatCompletionChunk } from "./answer.ts";

type Fields = Record<string, unknown>;

/** A chunk, or a failure in the place of one; undefined for anything else. */
export function readChunk(data: string): ChatCompletionChunk | undefined {
  const value = parsed(data);
  if (!value) return undefined;
  if (value.error || (value.usage && value.choices == null)) return value;
  return areChoices(value.choices, "delta") ? value : undefined;
}

/** A whole completion; undefined for anything else. */
export function readCompletion(value: Fields): ChatCompletion | undefined {
  return areChoices(value.choices, "message") ? value : undefined;
}

function areChoices(choices: unknown, said: "delta" | "message"): boolean {
  return Array.isArray(choices) && choices.every((choice) => isChoice(choice, said));
}

/** A finish reason may come without a word; words may not come as something else. */
function isChoice(choice: unknown, name: "delta" | "message"): boolean {
  if (!isFields(choice)) return false;
  const said = choice[name] ?? {};
  if (!isFields(said)) return false;
  const calls = said.tool_calls ?? [];
  const spoken = name === "delta" || choice.message != null || choice.error != null;
  return spoken && Array.isArray(calls) && calls.every(isFields);
}

/** Without what is null at the top: `system_fingerprint` may be absent to OpenAI, but not null. */
export function told<T extends object>(answer: T): T {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null)) as T;
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/** An object in a JSON text, or nothing. */
export function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined; // Garbage is told apart by its caller.
  }
}
