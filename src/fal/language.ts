/** fal's language models: OpenRouter behind an OpenAI-compatible base (fal.ai/models/openrouter/router). */
import type { FalKey } from "./keys.ts";
import type { Answer, Transport } from "./transport.ts";

export type LanguagePath = "chat/completions" | "responses" | "embeddings";

export interface Language {
  /**
   * Sends `body`, JSON as text, and resolves with the answer's head; its body is not read yet.
   * Rejects with FalError. Aborting `signal` stops the model, before and after the head.
   */
  post(path: LanguagePath, body: string, signal: AbortSignal, first?: FalKey): Promise<Answer>;
}

export interface LanguageOptions {
  transport: Transport;
  /** Base of fal's synchronous API, for example `https://fal.run`. */
  url: string;
}

export function createLanguage({ transport, url }: LanguageOptions): Language {
  const base = url.replace(/\/+$/, "");
  return {
    post: (path, body, signal, first) =>
      transport.send({
        method: "POST",
        url: `${base}/${languageEndpoint(path)}`,
        body,
        headers: { accept: "application/json, text/event-stream" },
        signal,
        first,
      }),
  };
}

/** Whether the model answers word by word. */
export const isEventStream = ({ response }: Answer) =>
  (response.headers.get("content-type") ?? "").includes("event-stream");

/** The id under which fal names its price. */
export const languageEndpoint = (path: LanguagePath): string => ENDPOINTS[path];

/** Written once: each open stream would hold a text of its own. */
const ENDPOINTS: Readonly<Record<LanguagePath, string>> = {
  "chat/completions": "openrouter/router/openai/v1/chat/completions",
  responses: "openrouter/router/openai/v1/responses",
  embeddings: "openrouter/router/openai/v1/embeddings",
};
