/** fal's storage: a file goes up as it comes in, and has an address that models can read. */
import { FalError } from "./error.ts";
import type { Transport } from "./transport.ts";

export interface Storage {
  /** Resolves to the file's address, or to nothing when it is empty. Two parts are held at most. */
  upload(file: Upload, signal?: AbortSignal): Promise<string | undefined>;
}

export interface Upload {
  bytes: AsyncIterable<Uint8Array>;
  contentType: string;
  name: string;
}

export interface StorageOptions {
  transport: Transport;
  /** Base of fal's REST API, for example `https://rest.fal.ai`. */
  url: string;
  fetch?: typeof fetch;
}

/** fal's own clients send larger files in parts of this size (fal-js, `storage.ts`). */
const PART = 10 * 1024 * 1024;

const TRIES = 3;

/** `initiate`, then PUTs that bear no key (fal-js, `storage.ts`). */
export function createStorage(options: StorageOptions): Storage {
  const { transport, url, fetch = globalThis.fetch } = options;
  const rest = url.replace(/\/+$/, "");

  async function initiate(call: string, { contentType, name }: Upload, signal?: AbortSignal) {
    const { response, key } = await transport.send({
      method: "POST",
      url: `${rest}/storage/upload/${call}?storage_type=fal-cdn-v3`,
      body: { content_type: contentType, file_name: name },
      signal,
    });
    const { upload_url, file_url } = (await response.json()) as Record<string, string>;
    return { to: upload_url!, file: file_url!, key: key.name };
  }

  /** What is held can be sent again. */
  async function send(to: string, key: string, init: RequestInit): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const answer = await fetch(to, { ...init, timeout: false } as RequestInit).catch(
        (cause: Error) => cause,
      );
      if (answer instanceof Response && answer.ok) return answer;
      init.signal?.throwIfAborted();
      if (tries < TRIES) continue;
      const what = answer instanceof Response ? `answered ${answer.status}` : answer.message;
      const message = `fal's storage did not take an upload: ${what}`;
      throw new FalError({ status: 502, message, key });
    }
  }

  async function whole(bytes: Bytes, file: Upload, signal?: AbortSignal): Promise<string> {
    const { to, file: address, key } = await initiate("initiate", file, signal);
    const headers = { "content-type": file.contentType };
    await send(to, key, { method: "PUT", body: bytes, headers, signal: signal ?? null });
    return address;
  }

  async function inParts(parts: AsyncIterable<Bytes>, file: Upload, signal?: AbortSignal) {
    const { to, file: address, key } = await initiate("initiate-multipart", file, signal);
    const { origin, pathname, search } = new URL(to);
    const under = (name: string | number) => `${origin}${pathname}/${name}${search}`;
    const done: { partNumber: number; etag: unknown }[] = [];
    for await (const part of parts) {
      const partNumber = done.length + 1;
      const put = { method: "PUT", body: part, signal: signal ?? null };
      const answer = await send(under(partNumber), key, put);
      const { etag = answer.headers.get("etag") } = (await answer.json()) as { etag?: unknown };
      done.push({ partNumber, etag });
    }
    await send(under("complete"), key, {
      method: "POST",
      body: JSON.stringify({ parts: done }),
      headers: { "content-type": "application/json" },
      signal: signal ?? null,
    });
    return address;
  }

  return {
    async upload(file, signal) {
      const parts = inPieces(file.bytes);
      const first = await parts.next();
      if (first.done) return undefined;
      const second = await parts.next();
      if (second.done) return whole(first.value, file, signal);
      return inParts(joined([first.value, second.value], parts), file, signal);
    },
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** All pieces of one size, but for the last. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Bytes, undefined> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (let chunk of bytes) {
    while (chunk.length > 0) {
      const fits = chunk.subarray(0, PART - size);
      held.push(fits);
      size += fits.length;
      chunk = chunk.subarray(fits.length);
      if (size < PART) continue;
      yield Buffer.concat(held);
      held = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

async function* joined<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
