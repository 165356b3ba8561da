/** A look at a file that a caller names: whether it is there, and what it is, before fal is paid to find out. */
import { AddressError, isNamed, outside, pinned, type Resolve } from "../address.ts";
import { typeOfBytes } from "./signature.ts";

export interface Look {
  /** Its media type. Rejects with LookError, in words for the caller. */
  (url: string, signal?: AbortSignal): Promise<string>;
}

/** Why a file cannot be used. */
export class LookError extends Error {
  override readonly name = "LookError";
}

export interface LookOptions {
  /** Hosts that may be looked at although they are inside. */
  hosts: readonly string[];
  resolve?: Resolve;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

const REDIRECTS = 3;
const TRIES = 2;

export function createLook(options: LookOptions): Look {
  const { hosts, resolve, fetch = globalThis.fetch, timeoutMs = 15_000 } = options;

  /** The address that was judged is the one that is called. */
  async function reach(url: URL, signal: AbortSignal): Promise<Response> {
    const named = isNamed(url, hosts);
    const [address] = named ? [] : await outside(url, { ...(resolve && { resolve }) });
    const { url: target, ...more } = address === undefined ? { url } : pinned(url, address);
    return fetch(target.href, {
      headers: { host: url.host, range: "bytes=0-1023", "user-agent": "falgate" },
      redirect: "manual",
      keepalive: false,
      signal,
      ...more,
    });
  }

  async function follow(url: string, signal: AbortSignal): Promise<Response> {
    for (let hop = 0, target = url; hop <= REDIRECTS; hop += 1) {
      const parsed = URL.parse(target);
      if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username + parsed.password) {
        throw new LookError("it is no http or https URL");
      }
      const response = await reach(parsed, signal);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || !location) return response;
      await response.body?.cancel();
      target = new URL(location, target).href;
    }
    throw new LookError("it redirects too often");
  }

  async function once(url: string, signal: AbortSignal): Promise<string> {
    const response = await follow(url, signal);
    try {
      if (!response.ok) throw new LookError(`its host answers ${response.status}`);
      const head = await response.body?.getReader().read();
      const said = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
      return typeOfBytes(head?.value ?? new Uint8Array()) ?? said ?? "application/octet-stream";
    } finally {
      // The rest of a host that knows no ranges is not wanted.
      await response.body?.cancel().catch(() => {});
    }
  }

  return async (url, signal) => {
    for (let left = TRIES; ; left -= 1) {
      const patience = AbortSignal.timeout(timeoutMs);
      try {
        return await once(url, signal ? AbortSignal.any([signal, patience]) : patience);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof LookError && !/answers (429|5..)/.test(error.message)) throw error;
        if (error instanceof AddressError) throw new LookError("its host is not public");
        if (left > 1) continue;
        throw error instanceof LookError ? error : new LookError("it cannot be reached");
      }
    }
  };
}
