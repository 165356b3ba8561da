/** Reading a JSON body whole, within a bound. */
import { ApiError, invalidRequest } from "../openai/error.ts";

/** 413 with the reason, for a body that says or turns out to be larger than `limit` bytes. */
export function tooLarge(limit: number): ApiError {
  const message = `The request body is larger than ${Math.round(limit / 1e6)} MB.`;
  return new ApiError(413, message, "invalid_request_error", { code: "request_too_large" });
}

/** The body as text. Without a stated length it is counted as it comes; too much of it is a 413. */
export function readText(request: Request, limit: number): Promise<string> {
  return request.headers.has("content-length") ? request.text() : counted(request, limit);
}

/** Throws 400 `invalid_json`. `form`: it came as one, which then is what is wrong. */
export function parseJson(text: string, form = false): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "is empty" : "is not valid JSON";
    const message = form ? "Send JSON: this route takes no form." : `The request body ${what}.`;
    throw new ApiError(400, message, "invalid_request_error", { code: "invalid_json", cause });
  }
}

async function counted(request: Request, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * OpenAI's clients send null for what they leave out: at the top level, null is absent. Throws 400
 * for JSON that is no object, of which no parameter could be named.
 */
export function withoutNulls(body: unknown): Record<string, unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalidRequest("The request body must be a JSON object.", null);
  }
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
