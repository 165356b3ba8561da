/** Responses' tools and the choice among them, as chat's. */
import type { ChatTool, ChatToolChoice } from "../chat/request.ts";
import { type Fields, isFields, kept, needText, unsupported, wrong } from "./field.ts";

type Tools = { tools?: ChatTool[]; tool_choice?: ChatToolChoice };

/**
 * Both at once, since `allowed_tools` narrows the list. Without tools there is nothing to choose:
 * chat completions refuse a choice that stands alone. Throws 400 naming `tools[i].type`.
 */
export function toTools(listed: unknown, choice: unknown): Tools {
  if (listed == null) return {};
  if (!Array.isArray(listed)) throw wrong("tools", listed, "a list of tools");
  const tools = listed.map((tool: unknown, index) => toTool(tool, `tools[${index}]`));
  if (tools.length === 0) return {};
  if (choice == null) return { tools };
  if (isFields(choice) && choice.type === "allowed_tools") return allowed(tools, choice);
  return { tools, tool_choice: toChoice(choice) };
}

function toTool(tool: unknown, path: string): ChatTool {
  if (!isFields(tool)) throw wrong(path, tool, "an object");
  const type = needText(tool, "type", path);
  if (type === "function") {
    const fields = { name: needText(tool, "name", path) };
    return { type, function: { ...fields, ...kept(tool, "description", "parameters", "strict") } };
  }
  if (type === "custom") {
    const fields = { name: needText(tool, "name", path), ...kept(tool, "description") };
    return { type, custom: { ...fields, ...format(tool.format) } };
  }
  const message = `Tools of type '${type}' are not supported here: only functions and custom tools, which you run yourself.`;
  throw unsupported(`${path}.type`, message);
}

/** Chat puts a grammar one level deeper. */
function format(given: unknown): { format?: unknown } {
  if (!isFields(given)) return {};
  if (given.type !== "grammar") return { format: given };
  return { format: { type: "grammar", grammar: kept(given, "definition", "syntax") } };
}

const MODES: ReadonlySet<unknown> = new Set(["none", "auto", "required"]);
const isMode = (value: unknown): value is "none" | "auto" | "required" => MODES.has(value);

function toChoice(choice: unknown): ChatToolChoice {
  if (isMode(choice)) return choice;
  if (!isFields(choice)) throw wrong("tool_choice", choice, "auto, none, required or one tool");
  const type = needText(choice, "type", "tool_choice");
  if (type === "function") return { type, function: named(choice) };
  if (type === "custom") return { type, custom: named(choice) };
  const message = `A choice of type '${type}' is not supported here.`;
  throw unsupported("tool_choice.type", message);
}

const named = (choice: Fields) => ({ name: needText(choice, "name", "tool_choice") });

/** Few providers know chat's own `allowed_tools`; offering only those tools is the same. */
function allowed(tools: ChatTool[], choice: Fields): Tools {
  const names = new Set(
    Array.isArray(choice.tools) ? choice.tools.filter(isFields).map(({ name }) => name) : [],
  );
  const offered = tools.filter((tool) => {
    const body = tool[tool.type];
    return isFields(body) && names.has(body.name);
  });
  if (offered.length === 0) {
    throw wrong("tool_choice.tools", choice.tools ?? null, "a list of tools that are in 'tools'");
  }
  const { mode } = choice;
  if (!isMode(mode)) throw wrong("tool_choice.mode", mode, "auto or required");
  return { tools: offered, tool_choice: mode };
}
