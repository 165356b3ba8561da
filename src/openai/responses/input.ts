/** Responses' input items as chat's messages. */
import type { ChatMessage, ChatRole, ChatToolCall } from "../chat/request.ts";
import { toContent, toWords } from "./content.ts";
import { type Fields, isFields, needText, unsupported, wrong } from "./field.ts";

/** Finds an output item of an earlier response by its id; undefined where it is not known. */
export type Recall = (id: string) => unknown;

/** A client's conversation. Throws 400 with the path of an item that chat completions do not have. */
export function toMessages(input: unknown, recall: Recall): ChatMessage[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input)) throw wrong("input", input, "a text or a list of items");
  const messages: ChatMessage[] = [];
  input.forEach((item: unknown, index) => append(messages, item, `input[${index}]`, recall));
  if (messages.length > 0) return messages;
  throw wrong("input", input, "a text or a list with at least one message");
}

function append(messages: ChatMessage[], item: unknown, path: string, recall: Recall): void {
  if (!isFields(item)) throw wrong(path, item, "an object");
  const type = typeOf(item);
  if (type === "item_reference") return refer(messages, item, path, recall);
  const add = Object.hasOwn(ITEMS, type) ? ITEMS[type] : undefined;
  if (add) return add(messages, item, path);
  const message = `Items of type '${type}' are not supported here: a conversation is made of messages and calls of your own tools.`;
  throw unsupported(`${path}.type`, message);
}

/** OpenAI lets the type be left out of messages and of references (`EasyInputMessage`, `ItemReference`). */
function typeOf({ type, id, role }: Fields): string {
  if (typeof type === "string") return type;
  return role == null && id != null ? "item_reference" : "message";
}

type Append = (messages: ChatMessage[], item: Fields, path: string) => void;

const ITEMS: Readonly<Record<string, Append>> = {
  message: speak,
  function_call: (messages, item, path) =>
    call(messages, {
      id: needText(item, "call_id", path),
      type: "function",
      function: {
        name: needText(item, "name", path),
        arguments: needText(item, "arguments", path),
      },
    }),
  custom_tool_call: (messages, item, path) =>
    call(messages, {
      id: needText(item, "call_id", path),
      type: "custom",
      custom: { name: needText(item, "name", path), input: needText(item, "input", path) },
    }),
  function_call_output: answer,
  custom_tool_call_output: answer,
  // What a model thought is not shown to it again.
  reasoning: () => {},
};

/** `developer` is what OpenAI calls `system` for newer models; every model knows the older word. */
const ROLES: Readonly<Record<string, ChatRole>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

function speak(messages: ChatMessage[], item: Fields, path: string): void {
  const name = needText(item, "role", path);
  const role = Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
  if (!role) throw wrong(`${path}.role`, name, "user, assistant, system or developer");
  if (role !== "assistant") {
    messages.push({ role, content: toContent(item.content, `${path}.content`) });
    return;
  }
  const words = toWords(item.content, `${path}.content`);
  const last = messages.at(-1);
  if (!last?.tool_calls) {
    messages.push({ role, ...words });
    return;
  }
  // A chat's tool messages must follow their calls at once, so words after calls join them.
  const joined = `${last.content ?? ""}${words.content ?? ""}`;
  Object.assign(last, words, { content: joined || null });
}

/** Calls in a row, and the words before them, are one message of the assistant's. */
function call(messages: ChatMessage[], made: ChatToolCall): void {
  const last = messages.at(-1);
  if (last?.role !== "assistant") {
    messages.push({ role: "assistant", content: null, tool_calls: [made] });
    return;
  }
  last.tool_calls = [...(last.tool_calls ?? []), made];
}

function answer(messages: ChatMessage[], item: Fields, path: string): void {
  const tool_call_id = needText(item, "call_id", path);
  messages.push({ role: "tool", tool_call_id, content: toContent(item.output, `${path}.output`) });
}

function refer(messages: ChatMessage[], item: Fields, path: string, recall: Recall): void {
  const id = needText(item, "id", path);
  // The AI SDK refers to what the model thought as well, which would not be read.
  if (id.startsWith("rs_")) return;
  const found = recall(id);
  if (isFields(found)) return append(messages, found, path, () => undefined);
  const message = `The item '${id}' is not known: nothing is stored here. Send the item itself, as clients do that are told 'store: false'.`;
  throw unsupported(path, message);
}
