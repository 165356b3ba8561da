/** v3.fal.media: serves files, whole or in ranges, and takes uploads. */
import type { Call } from "./call.ts";
import type { Fal } from "./fal.ts";
import { fileAt } from "./file.ts";
import { detail } from "./reply.ts";
import { takeUpload } from "./storage.ts";

export async function mediaHost(fal: Fal, call: Call): Promise<Response> {
  if (call.method === "PUT" || call.method === "POST") return takeUpload(fal, call);
  if (call.method !== "GET" && call.method !== "HEAD") return detail(405, "Method Not Allowed");
  const file = fal.settings.mediaGone ? undefined : await fileAt(call.path, fal.uploads);
  if (!file) return detail(404, "File not found");
  const { bytes, type } = file;
  const headers = {
    "content-type": type,
    "accept-ranges": "bytes",
    "cache-control": "public, max-age=31536000, immutable",
  };
  const range = rangeOf(call.request.headers.get("range"), bytes.length);
  if (range === "outside") {
    const whole = { ...headers, "content-range": `bytes */${bytes.length}` };
    return new Response(null, { status: 416, headers: whole });
  }
  const [from, to] = range ?? [0, bytes.length - 1];
  const part = {
    ...headers,
    "content-length": String(to - from + 1),
    ...(range && { "content-range": `bytes ${from}-${to}/${bytes.length}` }),
  };
  const asked = bytes.subarray(from, to + 1) as Uint8Array<ArrayBuffer>;
  const { mediaTime = 0 } = fal.settings;
  const sent = mediaTime > 0 ? slowly(asked, mediaTime) : asked;
  return new Response(call.method === "HEAD" ? null : sent, {
    status: range ? 206 : 200,
    headers: part,
  });
}

const PIECES = 4;

function slowly(bytes: Uint8Array, ms: number): ReadableStream<Uint8Array> {
  const size = Math.ceil(bytes.length / PIECES);
  return new ReadableStream({
    async start(controller) {
      for (let from = 0; from < bytes.length; from += size) {
        controller.enqueue(bytes.subarray(from, from + size));
        await Bun.sleep(ms / PIECES);
      }
      controller.close();
    },
  });
}

/** One range only, as media players ask; anything else gets the whole file. */
function rangeOf(header: string | null, size: number): [number, number] | "outside" | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || (first === "" && last === "")) return undefined;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  return from >= size || from > to ? "outside" : [from, to];
}
