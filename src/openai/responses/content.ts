/** Content parts of Responses' messages as chat's content. */
import type { ChatContentPart } from "../chat/request.ts";
import { type Fields, isFields, kept, maybeText, needText, unsupported, wrong } from "./field.ts";

type Translate = (part: Fields, path: string) => ChatContentPart;

const text: Translate = (part, path) => ({
  type: "text",
  text: needText(part, "text", path),
  // Where a provider's cache may end: OpenAI's word and OpenRouter's.
  ...kept(part, "prompt_cache_breakpoint", "cache_control"),
});

const PARTS: Readonly<Record<string, Translate>> = {
  input_text: text,
  output_text: text,
  text,
  refusal: (part, path) => ({ type: "text", text: needText(part, "refusal", path) }),
  input_image: (part, path) => {
    const url = maybeText(part, "image_url", path);
    if (url === undefined) throw stored(part, "image_url", path);
    return { type: "image_url", image_url: { url, ...kept(part, "detail") } };
  },
  // OpenRouter takes an address where OpenAI takes only a file's data (openrouter.ai/docs, "PDF inputs").
  input_file: (part, path) => {
    const data = maybeText(part, "file_data", path) ?? maybeText(part, "file_url", path);
    if (data === undefined) throw stored(part, "file_data", path);
    return { type: "file", file: { ...kept(part, "filename"), file_data: data } };
  },
  input_audio: (part) => ({ type: "input_audio", ...kept(part, "input_audio") }),
};

function stored(part: Fields, wanted: string, path: string) {
  if (part.file_id == null) return wrong(`${path}.${wanted}`, undefined, "a text");
  const message = `No files are stored here: send '${wanted}' instead of 'file_id'.`;
  return unsupported(`${path}.file_id`, message);
}

/**
 * What a user, the system or a tool says. One plain text is a plain string, which every model takes.
 * Throws 400 with the path of a part that chat completions do not have.
 */
export function toContent(content: unknown, path: string): string | ChatContentPart[] {
  if (typeof content === "string") return content;
  const parts = partsOf(content, path).map(([part, at]) => {
    const type = needText(part, "type", at);
    const translate = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined;
    if (translate) return translate(part, at);
    throw unsupported(`${at}.type`, `Content of type '${type}' is not supported here.`);
  });
  const [first, ...more] = parts;
  if (!first) return "";
  const plain = more.length === 0 && first.type === "text" && Object.keys(first).length === 2;
  return plain && typeof first.text === "string" ? first.text : parts;
}

/** What the assistant said: chat takes its words only, so the parts become one text and one refusal. */
export function toWords(
  content: unknown,
  path: string,
): { content: string | null; refusal?: string } {
  if (typeof content === "string") return { content };
  const said = { text: [] as string[], refusal: [] as string[] };
  for (const [part, at] of partsOf(content, path)) {
    const type = needText(part, "type", at);
    if (type === "refusal") said.refusal.push(needText(part, "refusal", at));
    else if (TEXTS.has(type)) said.text.push(needText(part, "text", at));
    else
      throw unsupported(
        `${at}.type`,
        `An assistant's content of type '${type}' is not supported here.`,
      );
  }
  const words = said.text.length > 0 ? said.text.join("") : null;
  return said.refusal.length > 0
    ? { content: words, refusal: said.refusal.join("") }
    : { content: words ?? "" };
}

const TEXTS: ReadonlySet<string> = new Set(["output_text", "input_text", "text"]);

function partsOf(content: unknown, path: string): [Fields, string][] {
  if (!Array.isArray(content)) throw wrong(path, content, "a text or a list of parts");
  return content.map((part: unknown, index) => {
    const at = `${path}[${index}]`;
    if (!isFields(part)) throw wrong(at, part, "an object");
    return [part, at];
  });
}
