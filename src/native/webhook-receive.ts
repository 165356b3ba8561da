/** fal's own webhook, calling falgate: believed only with fal's signature, answered before anything is done. */
import type { FalRequest } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";
import type { KeySet } from "./key-set.ts";
import { readSignature } from "./signature.ts";

export interface Receiver {
  /** The status that the call is answered with. */
  receive(request: Request): Promise<number>;
}

export interface ReceiverOptions {
  requests: Requests;
  keySet: KeySet;
  /** A request is over: its result can be fetched. */
  over(request: FalRequest): void;
  /** Bytes that are read of a call at most. */
  most: number;
  now?: () => number;
}

/** How far fal's clock may be from ours, in seconds (docs.fal.ai, "Webhooks", verification). */
const TOLERANCE = 300;

/**
 * What the call says is not used, only that it came: the result is fetched, with its headers. The
 * body of a call about an unknown request is not even read.
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { requests, keySet, over, most, now = Date.now } = options;
  return {
    async receive({ headers, body }) {
      const signed = readSignature(headers);
      if (!signed) return 401;
      if (Math.abs(now() / 1000 - Number(signed.timestamp)) > TOLERANCE) return 401;
      const request = await requests.find(signed.requestId);
      if (!request) return 404;
      const digest = await digestOf(body, most);
      if (!digest) return 413;
      const verdict = await keySet.verify(signed, digest).catch(() => undefined);
      // Without its keys nothing can be said of the call: fal makes it again.
      if (verdict === undefined) return 503;
      if (!verdict) return 401;
      if (request.settledAt === undefined) over(request);
      return 200;
    },
  };
}

/** sha256 in hex, without holding what is read; nothing for a body that is too long. */
async function digestOf(body: ReadableStream<Uint8Array> | null, most: number) {
  const hasher = new Bun.CryptoHasher("sha256");
  let read = 0;
  for await (const chunk of body ?? []) {
    read += chunk.length;
    if (read > most) return undefined;
    hasher.update(chunk);
  }
  return hasher.digest("hex");
}
