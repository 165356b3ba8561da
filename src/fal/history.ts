/** What fal says was submitted: its platform's list of requests, with their inputs. */
import { falError } from "./error.ts";
import type { FalKey } from "./keys.ts";

export interface Past {
  requestId: string;
  /** Milliseconds. */
  sentAt: number;
  input: unknown;
}

export interface History {
  /** Requests of a key to an endpoint in that time; nothing where fal does not say. */
  of(key: FalKey, endpoint: string, from: number, to: number): Promise<readonly Past[] | undefined>;
}

interface Item {
  request_id?: unknown;
  sent_at?: unknown;
  json_input?: unknown;
}

const TIMEOUT_MS = 15_000;

/**
 * `GET /v1/models/requests/by-endpoint` (fal.ai/docs/platform-apis/v1/models/requests/by-endpoint).
 * A refusal here says nothing of the key, which may be one that is only good for generating.
 */
export function createHistory(options: { url: string; fetch?: typeof fetch }): History {
  const { url, fetch = globalThis.fetch } = options;
  const base = `${url.replace(/\/+$/, "")}/v1/models/requests/by-endpoint`;
  return {
    async of(key, endpoint, from, to) {
      const query = new URLSearchParams({
        endpoint_id: endpoint,
        start: new Date(from).toISOString(),
        end: new Date(to).toISOString(),
        limit: "100",
        expand: "payloads",
      });
      const response = await fetch(`${base}?${query}`, {
        headers: { authorization: `Key ${key.value}`, accept: "application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (response.ok) return ((JSON.parse(text) as { items?: Item[] }).items ?? []).flatMap(past);
      if (response.status >= 500 || response.status === 429) {
        throw falError(response, text, key.name);
      }
      return undefined;
    },
  };
}

function past({ request_id, sent_at, json_input }: Item): Past[] {
  const sentAt = Date.parse(String(sent_at));
  if (typeof request_id !== "string" || Number.isNaN(sentAt)) return [];
  return [{ requestId: request_id, sentAt, input: json_input }];
}
