/** What a conversation says to a model that draws: the prompt, its pictures, what was drawn before. */
import type { ChatMessage, ChatContentPart } from "./request.ts";
import { ApiError, invalidRequest } from "../error.ts";
import { readDirective } from "./directive.ts";

export interface Talk {
  prompt: string;
  /** A size read out of the text. */
  size?: string;
  /** Pictures in the last user message: URLs or data URLs. */
  given: readonly string[];
  /** Pictures of the assistant's latest message that has any. */
  drawn: readonly string[];
}

/**
 * The last user message is the prompt. Throws 400 naming `messages` for a conversation without one,
 * for a message without text, for a tool's answer, and for a data URL that is no picture.
 */
export function readTalk(messages: readonly ChatMessage[]): Talk {
  const last = messages.at(-1);
  if (last?.role === "tool" || last?.role === "function") {
    throw invalidRequest("A model that draws cannot take a tool's answer.", "messages");
  }
  const at = messages.findLastIndex(({ role }) => role === "user");
  if (at < 0) throw invalidRequest("There is no user message that says what to draw.", "messages");
  const { content } = messages[at]!;
  const { prompt, size } = readDirective(textOf(content));
  if (prompt === "") {
    throw invalidRequest("The last user message has no text that says what to draw.", "messages");
  }
  const before = messages.slice(0, at).filter(({ role }) => role === "assistant");
  const shown = before.map(picturesIn).findLast((pictures) => pictures.length > 0);
  const given = parts(content).flatMap(imageUrl).map(checked);
  return { prompt, ...(size === undefined ? {} : { size }), given, drawn: shown ?? [] };
}

/** What is no part at all is passed over: only the role of a message has been checked. */
const parts = (content: ChatMessage["content"]): readonly ChatContentPart[] =>
  Array.isArray(content) ? content.filter((part) => typeof part?.type === "string") : [];

function textOf(content: ChatMessage["content"]): string {
  if (typeof content === "string") return content;
  const texts = parts(content).map((part) => (part.type === "text" ? part.text : undefined));
  return texts.filter((text) => typeof text === "string").join("\n");
}

/** `image_url` is an object to OpenAI and a plain string to some clients. */
function imageUrl(part: ChatContentPart): string[] {
  if (part.type !== "image_url") return [];
  const { image_url } = part as { image_url?: unknown };
  const url = typeof image_url === "string" ? image_url : (image_url as { url?: unknown })?.url;
  if (typeof url === "string" && url !== "") return [url];
  throw invalidRequest("An image_url part has no url.", "messages");
}

/** Beginnings of the files that image models read, in base64. */
const PICTURES = ["iVBORw0KGgo", "/9j/", "UklGR", "R0lGOD", "Qk", "AAAA", "SUkq", "TU0A"];

function checked(url: string): string {
  if (/^https?:\/\/\S+$/.test(url)) return url;
  const data = /^data:([^;,]*)(?:;[^;,]*)*;base64,(\S{4,11})/.exec(url);
  const picture = data && PICTURES.some((start) => data[2]!.startsWith(start.slice(0, 11)));
  if (picture) return url;
  throw new ApiError(
    400,
    "An image_url must be an http(s) address or a base64 data URL of a picture.",
    "invalid_request_error",
    { param: "messages", code: "invalid_image_url" },
  );
}

const MARKDOWN = /!\[[^\]]*\]\((https?:\/\/[^\s)]+|data:image\/[^\s)]+)\)/g;

/** In an assistant's message: markdown, and OpenRouter's `images`. */
function picturesIn({ content, images }: ChatMessage): string[] {
  const written = [...textOf(content).matchAll(MARKDOWN)].map(([, url]) => url!);
  const listed = Array.isArray(images) ? images.map((image) => image?.image_url?.url) : [];
  return [...new Set([...written, ...listed.filter((url) => typeof url === "string")])];
}
