/** Fetching what fal made: only from fal's media hosts, and never from an address inside. */
import { addressesOf, hostOf, isNamed, outside, type Resolve } from "../address.ts";
import { FalError } from "./error.ts";

export interface Media {
  contentType: string;
  /** Bytes, when the host says; of a part, those of the part. */
  length: number | undefined;
  /** Of a part: which it is, as `bytes 0-99/1234`; `bytes *\/1234` where there is no such part. */
  range?: string | undefined;
  /** Read once, as a stream. A connection that breaks is taken up where it broke. */
  body: AsyncIterable<Uint8Array>;
}

export interface MediaSource {
  /**
   * Resolves when the host has answered; a data URL is decoded. `range` asks for a part, as
   * `bytes=0-99`, which a host may overlook. Rejects with FalError.
   */
  open(url: string, signal?: AbortSignal, range?: string): Promise<Media>;
}

export interface MediaOptions {
  /** Host names, `*.domains`, addresses; with a port where it is not the usual one. */
  hosts: readonly string[];
  fetch?: typeof fetch;
  /** The addresses that a name leads to. */
  resolve?: Resolve;
}

/** The error type of a file that is not there any more. */
export const GONE = "media_gone";

const REDIRECTS = 3;
const RESUMES = 3;

export function createMediaSource(options: MediaOptions): MediaSource {
  const { hosts, fetch = globalThis.fetch, resolve = addressesOf } = options;

  async function request(url: string, range?: string, signal?: AbortSignal): Promise<Response> {
    for (let hop = 0, target = url; hop <= REDIRECTS; hop += 1) {
      await admit(new URL(target), hosts, resolve);
      const response = await fetch(target, {
        headers: range === undefined ? {} : { range },
        redirect: "manual",
        signal,
        timeout: false,
      } as RequestInit);
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location) {
        target = new URL(location, target).href;
        continue;
      }
      if ((response.ok && response.body) || (range && response.status === 416)) return response;
      const { status } = response;
      const why = `${new URL(target).host} answered ${status}`;
      throw unavailable(why, undefined, status === 404 || status === 410 ? GONE : undefined);
    }
    throw unavailable("too many redirects");
  }

  /** Taken up where it broke off; a host that ignores the range then has what came before skipped. */
  async function* resumed(url: string, first: Response, signal?: AbortSignal) {
    const { from, to } = partOf(first);
    let response = first;
    for (let offset = 0, resumes = 0; ; resumes += 1) {
      let skip = response.status === 206 ? 0 : from + offset;
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
        response = await request(url, `bytes=${from + offset}-${to}`, signal);
        const whole = first.status === 206 && response.status !== 206;
        if (whole || response.status === 416) throw unavailable("the file has changed");
      }
    }
  }

  async function open(url: string, signal?: AbortSignal, range?: string): Promise<Media> {
    if (url.startsWith("data:")) return decoded(url);
    const response = await request(url, range, signal).catch((error: unknown) => {
      throw error instanceof FalError || signal?.aborted ? error : unavailable("no answer", error);
    });
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    return {
      contentType: response.headers.get("content-type") ?? "application/octet-stream",
      length: Number.isFinite(length) ? length : undefined,
      range:
        response.status === 200 ? undefined : (response.headers.get("content-range") ?? undefined),
      body: resumed(url, response, signal),
    };
  }

  return { open };
}

/** Which part of the file it is; the whole begins at 0 and has no end that is known. */
function partOf({ status, headers }: Response): { from: number; to: string } {
  const [, from, to] = /^bytes (\d+)-(\d+)\//.exec(headers.get("content-range") ?? "") ?? [];
  return status === 206 && from && to ? { from: Number(from), to } : { from: 0, to: "" };
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

function unavailable(why: string, cause?: unknown, errorType = "media_unavailable"): FalError {
  return new FalError({
    status: 502,
    errorType,
    message: `an output could not be fetched: ${why}`,
    cause,
  });
}
