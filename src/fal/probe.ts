/** Whether fal answers and takes a key, at no cost. */
import type { FalKey } from "./keys.ts";

export type Verdict = "ok" | "refused" | "unreachable";

export interface Probe {
  (key: FalKey): Promise<Verdict>;
}

export interface ProbeOptions {
  /** Base of the queue. */
  url: string;
  fetch?: typeof fetch;
}

const PATIENCE_MS = 10_000;

/**
 * Asks for the status of a request that does not exist: 404 says that the key is good, 401 that it
 * is not. Nothing is submitted. A locked balance does not show here.
 */
export function createProbe({ url, fetch = globalThis.fetch }: ProbeOptions): Probe {
  return async (key) => {
    const path = `fal-ai/flux/requests/${crypto.randomUUID()}/status`;
    try {
      const { status } = await fetch(`${url.replace(/\/+$/, "")}/${path}`, {
        headers: { authorization: `Key ${key.value}` },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (status === 401 || status === 403) return "refused";
      return status < 500 ? "ok" : "unreachable";
    } catch {
      return "unreachable"; // Whatever kept the answer away, that is the verdict.
    }
  };
}
