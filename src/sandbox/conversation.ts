/** Reads a chat completion's or a response's body into what the sandbox's language model needs. */
import { type Fields, isFields } from "./call.ts";
import type { Reading } from "./reading.ts";

export interface Tool {
  readonly name: string;
  readonly parameters: unknown;
}

export interface Conversation {
  readonly reading: Reading;
  readonly tools: readonly Tool[];
  /** `{name}` forces that tool. */
  readonly choice: "auto" | "none" | "required" | { readonly name: string };
  /** What the answer must be an instance of; true is any JSON object. */
  readonly schema?: unknown;
  readonly most?: number;
  readonly stop: readonly string[];
  readonly reasoning: boolean;
  /** The newest turn is a tool's result, so the model now answers. */
  readonly afterTool: boolean;
}

export function readChat(body: Fields): Conversation {
  const turns = list(body["messages"]).filter(isFields);
  const format = isFields(body["response_format"]) ? body["response_format"] : {};
  const described = isFields(format["json_schema"]) ? format["json_schema"] : {};
  return {
    ...common(body, turns),
    tools: list(body["tools"]).flatMap((tool) =>
      isFields(tool) && isFields(tool["function"]) ? [toolOf(tool["function"])] : [],
    ),
    ...schemaOf(format["type"], described["schema"]),
  };
}

export function readResponse(body: Fields): Conversation {
  const { input, instructions, text } = body;
  const said = typeof input === "string" ? [{ role: "user", content: input }] : list(input);
  const told = typeof instructions === "string" ? [{ role: "system", content: instructions }] : [];
  const turns = [...told, ...said.filter(isFields)];
  const format = isFields(text) && isFields(text["format"]) ? text["format"] : {};
  return {
    ...common(body, turns),
    tools: list(body["tools"]).flatMap((tool) =>
      isFields(tool) && typeof tool["name"] === "string" ? [toolOf(tool)] : [],
    ),
    ...schemaOf(format["type"], format["schema"]),
  };
}

function common(body: Fields, turns: readonly Fields[]) {
  const users = turns.filter((turn) => turn["role"] === "user");
  const rules = turns.filter((turn) => turn["role"] === "system" || turn["role"] === "developer");
  const results = turns.filter(isToolResult);
  const parts = turns.flatMap((turn) => list(turn["content"]).filter(isFields));
  const system = rules.map((turn) => textOf(turn["content"])).join("\n");
  const { max_completion_tokens, max_tokens, max_output_tokens, stop, reasoning } = body;
  const most = max_completion_tokens ?? max_tokens ?? max_output_tokens;
  return {
    reading: {
      prompt: textOf(users.at(-1)?.["content"]),
      ...(system && { system }),
      messages: turns.length,
      pictures: parts.filter((part) => /image/.test(String(part["type"]))).length,
      attachments: parts.filter((part) => /file|audio|video/.test(String(part["type"]))).length,
      toolResults: results.map((turn) => textOf(turn["content"] ?? turn["output"])),
    },
    choice: choiceOf(body["tool_choice"]),
    ...(typeof most === "number" && { most }),
    stop: [stop ?? []].flat().filter((each) => typeof each === "string"),
    reasoning: isFields(reasoning) || typeof body["reasoning_effort"] === "string",
    afterTool: turns.length > 0 && isToolResult(turns.at(-1)!),
  };
}

function isToolResult(turn: Fields): boolean {
  return turn["role"] === "tool" || turn["type"] === "function_call_output";
}

function toolOf(described: Fields): Tool {
  return { name: String(described["name"]), parameters: described["parameters"] ?? {} };
}

function choiceOf(choice: unknown): Conversation["choice"] {
  if (choice === "none" || choice === "required") return choice;
  if (!isFields(choice)) return "auto";
  const named = isFields(choice["function"]) ? choice["function"]["name"] : choice["name"];
  return typeof named === "string" ? { name: named } : "auto";
}

function schemaOf(type: unknown, schema: unknown) {
  if (type === "json_schema") return { schema: schema ?? true };
  return type === "json_object" ? { schema: true } : {};
}

export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((part) => (isFields(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .filter(Boolean)
    .join("\n");
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
