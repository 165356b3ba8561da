/** What the sandbox's language model answers to a conversation, before any dialect. */
import { seedFrom } from "./chance.ts";
import type { Conversation, Tool } from "./conversation.ts";
import { instanceOf } from "./instance.ts";
import { amount, type Marker } from "./marker.ts";
import { answerTo, ofLength, tokensOf } from "./reading.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface Answer {
  /** The text in the pieces that a stream sends. */
  readonly tokens: readonly string[];
  readonly reasoning?: string;
  readonly calls: readonly ToolCall[];
  readonly finish: string;
  readonly usage: {
    readonly prompt: number;
    readonly completion: number;
    readonly reasoning: number;
  };
}

/** Dollars for one token. */
export const tokenPrice = 0.000001;

export function answer(conversation: Conversation, marker: Marker, body: unknown): Answer {
  const { reading, most = Infinity, stop } = conversation;
  const calls = callsOf(conversation, marker, JSON.stringify(body));
  const text = calls.length ? "" : textFor(conversation, marker);
  const ends = stop.map((each) => text.indexOf(each)).filter((at) => at >= 0);
  const all = tokensOf(text.slice(0, Math.min(...ends, text.length)));
  const tokens = all.slice(0, most);
  const thinks = conversation.reasoning || marker.has("reasoning");
  const reasoning = thinks
    ? `The user wants: ${reading.prompt || "nothing"}. I will say so.`
    : undefined;
  const cut = tokens.length < all.length;
  const natural = calls.length ? "tool_calls" : cut ? "length" : "stop";
  const thought = reasoning ? tokensOf(reasoning).length : 0;
  const called = calls.flatMap((call) => tokensOf(call.arguments)).length;
  return {
    tokens,
    ...(reasoning !== undefined && { reasoning }),
    calls,
    finish: marker.get("finish") || natural,
    usage: {
      prompt: promptTokens(conversation),
      completion: tokens.length + called + thought,
      reasoning: thought,
    },
  };
}

/** A picture counts as many words. */
const tokensOfPicture = 258;

function promptTokens({ reading }: Conversation): number {
  const { prompt, system = "", messages, pictures, toolResults } = reading;
  const said = [prompt, system, ...toolResults].map((text) => tokensOf(text).length);
  return said.reduce((sum, count) => sum + count, messages * 4 + pictures * tokensOfPicture);
}

function textFor({ reading, schema }: Conversation, marker: Marker): string {
  const wanted = amount(marker.get("tokens"));
  const text = marker.get("description") ?? structured(schema) ?? answerTo(reading);
  return wanted === undefined ? text : ofLength(text, wanted);
}

function structured(schema: unknown): string | undefined {
  if (schema === undefined) return undefined;
  return JSON.stringify(schema === true ? { answer: "yes", sandbox: true } : instanceOf(schema));
}

/** A tool is called when forced, when a marker says so, and when the prompt names it. */
function callsOf(conversation: Conversation, marker: Marker, seed: string): ToolCall[] {
  const { tools, choice, afterTool, reading } = conversation;
  const [first] = tools;
  if (!first || choice === "none" || (afterTool && choice === "auto")) return [];
  const marked = marker.get("tool");
  const names = marked?.split(",").filter(Boolean) ?? [];
  const chosen = tools.filter((tool) => {
    if (typeof choice === "object") return tool.name === choice.name;
    if (names.length) return names.includes(tool.name);
    return asksFor(reading.prompt, tool);
  });
  const forced = choice === "required" || marked === "";
  const called = chosen.length || !forced ? chosen : [first];
  return called.map((tool, index) => ({
    id: `call_${(seedFrom(`${seed}${index}`) + 2 ** 32).toString(36)}${index}`,
    name: tool.name,
    arguments: JSON.stringify(argumentsFor(tool)),
  }));
}

function argumentsFor({ parameters }: Tool): unknown {
  const made = instanceOf(parameters);
  return typeof made === "object" && made !== null ? made : {};
}

function asksFor(prompt: string, { name }: Tool): boolean {
  const said = prompt.toLowerCase();
  return (
    said.includes(name.toLowerCase()) || said.includes(name.toLowerCase().replaceAll("_", " "))
  );
}
