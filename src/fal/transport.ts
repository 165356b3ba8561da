/** One HTTP exchange with fal: the key, the hosts, and what is tried again. */
import type { Log } from "../log.ts";
import { FalError, falError } from "./error.ts";
import { backupOf } from "./hosts.ts";
import type { FalKey, FalKeys } from "./keys.ts";
import { ATTEMPTS, backoff, mayRepeat, neverConnected } from "./retry.ts";

export interface Exchange {
  method: "GET" | "POST" | "PUT";
  url: string;
  /** Sent as JSON; a string is taken for JSON that is written already. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The key that must be used, because it owns the request. */
  key?: FalKey;
  /** The key that is tried first. Without it, the next in turn. */
  first?: FalKey | undefined;
  signal?: AbortSignal;
}

export interface Answer {
  response: Response;
  key: FalKey;
}

export interface Transport {
  /**
   * Resolves with a successful response whose body has not been read; rejects with FalError.
   * A POST is sent again only where fal cannot have taken it (see retry.ts).
   */
  send(exchange: Exchange): Promise<Answer>;
}

export interface TransportOptions {
  keys: FalKeys;
  log: Log;
  fetch?: typeof fetch;
  sleep?: (ms: number) => Promise<void>;
}

export function createTransport(options: TransportOptions): Transport {
  const { keys, log, fetch = globalThis.fetch, sleep = Bun.sleep } = options;

  async function once(exchange: Exchange, url: string, key: FalKey): Promise<Response> {
    const { method, body, headers, signal } = exchange;
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Key ${key.value}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
      signal,
      redirect: "manual",
      // Bun gives up after five silent minutes; a generation may take longer than that.
      timeout: false,
    } as RequestInit);
    if (response.ok) return response;
    throw falError(response, await response.text(), key.name);
  }

  /** The main host, then the backup if the main one could not even be connected to. */
  async function reach(exchange: Exchange, key: FalKey): Promise<Response> {
    try {
      return await once(exchange, exchange.url, key);
    } catch (error) {
      const backup = neverConnected(error) ? backupOf(exchange.url) : undefined;
      if (!backup) throw error;
      log.warn("fal cannot be reached, trying its backup", { url: backup });
      return once(exchange, backup, key);
    }
  }

  /** A refused key is set aside, and another one may take the call: refused means not queued. */
  function rotate(error: FalError, key: FalKey): boolean {
    const why = refusal(error);
    if (!why) return false;
    keys.setAside(key, why);
    log.error(`fal ${why === "locked" ? "has locked" : "refuses"} ${key.name}`, {
      status: error.status,
      error: error.message,
    });
    return true;
  }

  async function send(exchange: Exchange): Promise<Answer> {
    const tried = new Set<FalKey>();
    for (let attempt = 1; ;) {
      const key = exchange.key ?? keys.next(tried, exchange.first);
      if (!key) throw new FalError({ status: 401, message: "no fal key is configured" });
      try {
        return { response: await reach(exchange, key), key };
      } catch (thrown) {
        if (exchange.signal?.aborted) throw thrown;
        const error = thrown instanceof FalError ? thrown : lost(thrown, exchange, key);
        if (rotate(error, key)) {
          tried.add(key);
          if (exchange.key || tried.size >= keys.all.length) throw error;
          continue;
        }
        const repeatable =
          thrown instanceof FalError ? mayRepeat(error, exchange.method) : !error.ambiguous;
        if (!repeatable || attempt >= ATTEMPTS) throw error;
        log.warn("fal is tried again", { attempt, status: error.status, error: error.message });
        await sleep(error.retryAfter ? Math.min(error.retryAfter, 10) * 1000 : backoff(attempt));
        attempt += 1;
      }
    }
  }

  return { send };
}

/** 401, and 403 "User is locked", concern the key; any other 403 concerns the request. */
function refusal(error: FalError): "refused" | "locked" | undefined {
  if (error.status === 401) return "refused";
  if (error.status === 403 && /locked|balance/i.test(error.message)) return "locked";
  return undefined;
}

/** There was no answer. After a POST that may have arrived, nobody knows whether fal took it. */
function lost(cause: unknown, { method, url }: Exchange, key: FalKey): FalError {
  const ambiguous = method === "POST" && !neverConnected(cause);
  const message = `no answer from ${new URL(url).host}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new FalError({ status: 0, message, key: key.name, ambiguous, cause });
}
