/** What came over the wire while a client was at work, held against OpenAI's own types. */
import { complaints, type OpenAIType } from "./openai-schema.ts";

export interface Recording {
  /** For a client's `fetch`. */
  fetch: typeof fetch;
  /** Every complaint, with what it is about; and how much was looked at. */
  judge(): Promise<{ seen: number; complaints: string[] }>;
}

interface Answer {
  path: string;
  ok: boolean;
  stream: boolean;
  text: Promise<string>;
}

const WHOLE: Readonly<Record<string, OpenAIType>> = {
  "chat/completions": "completion",
  responses: "response",
  embeddings: "embeddings",
};
const PIECES: Readonly<Record<string, OpenAIType>> = {
  "chat/completions": "chunk",
  responses: "event",
};

type Fields = Record<string, unknown>;

/** The type has one field that no server sends: the SDK puts it in. */
function asSdk(type: OpenAIType, value: Fields): Fields {
  if (type === "response") return { ...value, output_text: "" };
  const { response } = value;
  return type === "event" && response
    ? { ...value, response: asSdk("response", response as Fields) }
    : value;
}

export function record(): Recording {
  const answers: Answer[] = [];

  async function recorded(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const response = await fetch(input, init);
    const path = new URL(response.url).pathname.replace(/^\/v1\//, "");
    const stream = (response.headers.get("content-type") ?? "").includes("event-stream");
    const text = response.clone().text();
    text.catch(() => {}); // A client may leave amid it: then there is nothing to judge.
    answers.push({ path, ok: response.ok, stream, text });
    return response;
  }

  async function judge() {
    const found: string[] = [];
    let seen = 0;
    async function hold(type: OpenAIType, value: unknown): Promise<void> {
      seen += 1;
      for (const complaint of await complaints(type, asSdk(type, value as Fields))) {
        found.push(`${type}: ${complaint} in ${JSON.stringify(value).slice(0, 200)}`);
      }
    }
    for (const { path, ok, stream, text } of answers) {
      const body = await text.catch(() => undefined);
      if (body === undefined || !(path in WHOLE)) continue;
      if (!stream) {
        const value = JSON.parse(body) as { error?: unknown };
        await (ok ? hold(WHOLE[path]!, value) : hold("error", value.error));
        continue;
      }
      for (const [, data] of body.matchAll(/^data: (.*)$/gm)) {
        if (data === "[DONE]") continue;
        const value = JSON.parse(data!) as { error?: unknown; choices?: unknown };
        const failed = value.error !== undefined && path === "chat/completions";
        await (failed ? hold("error", value.error) : hold(PIECES[path]!, value));
      }
    }
    return { seen, complaints: found.slice(0, 10) };
  }

  return { fetch: recorded as typeof fetch, judge };
}
