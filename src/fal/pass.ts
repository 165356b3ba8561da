/** Passing a client's own call on to fal: any status comes back, nothing is read. */
import type { Log } from "../log.ts";
import { FalError } from "./error.ts";
import { backupOf } from "./hosts.ts";
import type { FalKey, FalKeys } from "./keys.ts";
import { neverConnected } from "./retry.ts";

export interface Passing {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** Bytes can be sent again under another key; a stream is sent once. */
  body?: Uint8Array | ReadableStream<Uint8Array> | null;
  /** The key that owns the request. */
  key?: FalKey;
  /** The key that is tried first. Without it, the next in turn. */
  first?: FalKey | undefined;
  signal?: AbortSignal;
}

export interface Passed {
  /** Its body is unread and not decoded. */
  response: Response;
  key: FalKey;
}

/** Rejects with FalError only where fal gave no answer, or refused every key. */
export type Pass = (passing: Passing) => Promise<Passed>;

/** A body's own refusal to be sent to its end, which is no fault of fal's: passed on as it is. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

export interface PassOptions {
  keys: FalKeys;
  log: Log;
  fetch?: typeof fetch;
}

export function createPass({ keys, log, fetch = globalThis.fetch }: PassOptions): Pass {
  const once = ({ method, headers, body, signal }: Passing, url: string, key: FalKey) =>
    fetch(url, {
      method,
      headers: { ...headers, authorization: `Key ${key.value}` },
      body,
      signal,
      redirect: "manual",
      decompress: false,
      timeout: false,
    } as RequestInit);

  async function reach(passing: Passing, key: FalKey): Promise<Response> {
    try {
      return await once(passing, passing.url, key);
    } catch (cause) {
      if (passing.signal?.aborted) throw cause;
      if (cause instanceof Stopped) throw cause.reason;
      const backup = neverConnected(cause) && replayable(passing) && backupOf(passing.url);
      if (backup) return once(passing, backup, key);
      const ambiguous = passing.method === "POST" && !neverConnected(cause);
      const { host } = new URL(passing.url);
      const message = `no answer from ${host}: ${(cause as Error).message}`;
      throw new FalError({ status: 0, message, key: key.name, ambiguous, cause });
    }
  }

  return async (passing) => {
    const tried = new Set<FalKey>();
    for (;;) {
      const key = passing.key ?? keys.next(tried, passing.first);
      if (!key) throw new FalError({ status: 401, message: "fal refuses every key" });
      const response = await reach(passing, key);
      const why = refusal(response);
      if (!why) return { response, key };
      log.error(`fal ${why === "locked" ? "may have locked" : "refuses"} ${key.name}`, {
        status: response.status,
      });
      tried.add(key);
      if (why === "refused") keys.setAside(key, why);
      const another = !passing.key && tried.size < keys.all.length && replayable(passing);
      // A locked balance is told as fal tells it; a refused key is nothing the client can mend.
      if (!another && why === "locked") return { response, key };
      await response.body?.cancel();
      if (!another)
        throw new FalError({ status: 401, message: "fal refuses the key", key: key.name });
    }
  };
}

const replayable = ({ body }: Passing) => !(body instanceof ReadableStream);

const REFUSALS: Readonly<Record<number, "refused" | "locked">> = { 401: "refused", 403: "locked" };

const refusal = ({ status }: Response) => REFUSALS[status];
