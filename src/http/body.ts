/** Reading a JSON body whole, within a bound. */
import { ApiError } from "../openai/error.ts";

/** 413 with the reason, for a body that says or turns out to be larger than `limit` bytes. */
export function tooLarge(limit: number): ApiError {
  const message = `The request body is larger than ${Math.round(limit / 1e6)} MB.`;
  return new ApiError(413, message, "invalid_request_error", { code: "request_too_large" });
}

/**
 * The body as JSON, whatever its content type says. A body without a stated length is counted as it
 * comes. Throws 400 `invalid_json` and 413 `request_too_large`.
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const text = request.headers.has("content-length")
    ? await request.text()
    : await counted(request, limit);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === "" ? "is empty" : "is not valid JSON";
    const message = `The request body ${what}.`;
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

/** OpenAI's clients send null for what they leave out: at the top level, null is absent. */
export function withoutNulls(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
