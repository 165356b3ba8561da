/** fal's storage: a file goes up in one request, and has an address that models can read. */
import { FalError } from "./error.ts";
import type { Transport } from "./transport.ts";

export interface Storage {
  /** Resolves to the file's address. The bytes are read once, as a stream where they come as one. */
  upload(file: Upload, signal?: AbortSignal): Promise<string>;
}

export interface Upload {
  body: Blob | ReadableStream<Uint8Array>;
  contentType: string;
  name: string;
}

export interface StorageOptions {
  transport: Transport;
  /** Base of fal's REST API, for example `https://rest.fal.ai`. */
  url: string;
  fetch?: typeof fetch;
}

/** `storage/upload/initiate`, then a PUT that bears no key (fal-js, `storage.ts`). */
export function createStorage(options: StorageOptions): Storage {
  const { transport, url, fetch = globalThis.fetch } = options;
  const initiate = `${url.replace(/\/+$/, "")}/storage/upload/initiate?storage_type=fal-cdn-v3`;
  return {
    async upload({ body, contentType, name }, signal) {
      const { response, key } = await transport.send({
        method: "POST",
        url: initiate,
        body: { content_type: contentType, file_name: name },
        signal,
      });
      const { upload_url, file_url } = (await response.json()) as Record<string, string>;
      const put = await fetch(upload_url!, {
        method: "PUT",
        body,
        headers: { "content-type": contentType },
        signal,
        timeout: false,
      } as RequestInit);
      if (put.ok) return file_url!;
      const message = `fal's storage answered ${put.status} to an upload`;
      throw new FalError({ status: 502, message, key: key.name });
    },
  };
}
