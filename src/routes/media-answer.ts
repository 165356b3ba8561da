/** A file of a task as an answer: kept here or at fal, whole or in part, and only ever streamed. */
import type { TaskMedia } from "../generation/task.ts";
import { oneRange, ranged, unsatisfiable } from "../http/ranges.ts";
import { byteStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import type { Deps } from "./deps.ts";

/** Rejects with FalError where fal does not have it any more and it is kept nowhere. */
export async function mediaAnswer(
  { url, kept, contentType }: TaskMedia,
  request: Request,
  { media, mediaStore }: Pick<Deps, "media" | "mediaStore">,
): Promise<Response> {
  const file = kept === undefined ? undefined : await mediaStore?.open(kept);
  if (file) return ranged(file, request, headersOf(file.contentType));
  const found = await media.open(url, request.signal, oneRange(request));
  const { range, length } = found;
  if (range?.startsWith("bytes */")) return unsatisfiable(range);
  const headers = {
    ...headersOf(contentType ?? found.contentType),
    ...(length === undefined ? {} : { "content-length": String(length) }),
    ...(range === undefined ? {} : { "content-range": range }),
  };
  const status = range === undefined ? 200 : 206;
  return byteStream(found.body, { trace: trace(request), headers, status });
}

const headersOf = (contentType: string) => ({
  "content-type": contentType,
  "accept-ranges": "bytes",
  // It needs a key, and is the same for as long as it is there.
  "cache-control": "private, max-age=3600",
  "x-content-type-options": "nosniff",
});
