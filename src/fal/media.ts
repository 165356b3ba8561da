/** Fetching what fal made: only from fal's media hosts, and never from an address inside. */
import { addressesOf, hostOf, isNamed, outside, type Resolve } from "../address.ts";
import { FalError } from "./error.ts";

export interface Media {
  contentType: string;
  /** Bytes, when the host says. */
  length: number | undefined;
  /** Read once, as a stream. A connection that breaks is taken up where it broke. */
  body: AsyncIterable<Uint8Array>;
}

export interface MediaSource {
  /** Resolves when the host has answered; a data URL is decoded. Rejects with FalError. */
  open(url: string, signal?: AbortSignal): Promise<Media>;
}

export interface MediaOptions {
  /** Host names, `*.domains`, addresses; with a port where it is not the usual one. */
  hosts: readonly string[];
  fetch?: typeof fetch;
  /** The addresses that a name leads to. */
  resolve?: Resolve;
}

const REDIRECTS = 3;
const RESUMES = 3;

export function createMediaSource(options: MediaOptions): MediaSource {
  const { hosts, fetch = globalThis.fetch, resolve = addressesOf } = options;

  async function request(url: string, offset: number, signal?: AbortSignal): Promise<Response> {
    for (let hop = 0, target = url; hop <= REDIRECTS; hop += 1) {
      await admit(new URL(target), hosts, resolve);
      const response = await fetch(target, {
        headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
        redirect: "manual",
        signal,
        timeout: false,
      } as RequestInit);
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location) {
        target = new URL(location, target).href;
        continue;
      }
      if (response.ok && response.body) return response;
      throw unavailable(`${new URL(target).host} answered ${response.status}`);
    }
    throw unavailable("too many redirects");
  }

  /** The rest of a file from `offset`; a host that ignores the range has its first part skipped. */
  async function* resumed(url: string, first: Response, signal?: AbortSignal) {
    let response = first;
    for (let offset = 0, resumes = 0; ; resumes += 1) {
      let skip = response.status === 206 ? 0 : offset;
      try {
        for await (const chunk of response.body!) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          offset += fresh.length;
          if (fresh.length > 0) yield fresh;
        }
        return;
      } catch (error) {
        if (signal?.aborted || resumes === RESUMES) throw error;
        response = await request(url, offset, signal);
      }
    }
  }

  async function open(url: string, signal?: AbortSignal): Promise<Media> {
    if (url.startsWith("data:")) return decoded(url);
    const response = await request(url, 0, signal).catch((error: unknown) => {
      throw error instanceof FalError || signal?.aborted ? error : unavailable("no answer", error);
    });
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    return {
      contentType: response.headers.get("content-type") ?? "application/octet-stream",
      length: Number.isFinite(length) ? length : undefined,
      body: resumed(url, response, signal),
    };
  }

  return { open };
}

async function decoded(url: string): Promise<Media> {
  const response = await fetch(url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const body = (async function* () {
    yield bytes;
  })();
  return {
    // Bun's fetch does not tell the type that a data URL begins with.
    contentType: /^data:([^;,]+)/.exec(url)?.[1] ?? "text/plain",
    length: bytes.length,
    body,
  };
}

/** Throws unless the URL's host is one of `hosts`, and public or named there itself. */
async function admit(url: URL, hosts: readonly string[], resolve: Resolve): Promise<void> {
  const named = isNamed(url, hosts);
  const name = hostOf(url);
  const below = hosts.some((host) => host.startsWith("*.") && name.endsWith(host.slice(1)));
  const web = url.protocol === "https:" || url.protocol === "http:";
  const plain = url.username === "" && url.password === "";
  if (!web || !plain || !(named || (below && url.port === ""))) {
    throw unavailable(`${url.host} is not one of the media hosts`);
  }
  if (named) return;
  await outside(url, { resolve, except: hosts }).catch((error: Error) => {
    throw unavailable(error.message, error.cause);
  });
}

function unavailable(why: string, cause?: unknown): FalError {
  return new FalError({
    status: 502,
    errorType: "media_unavailable",
    message: `an output could not be fetched: ${why}`,
    cause,
  });
}
