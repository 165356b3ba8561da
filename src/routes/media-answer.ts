/** A file of a task as an answer: kept here or at fal, whole or in part, and only ever streamed. */
import { FalError } from "../fal/error.ts";
import { GONE } from "../fal/media.ts";
import type { TaskMedia } from "../generation/task.ts";
import { oneRange, ranged, unsatisfiable } from "../http/ranges.ts";
import { byteStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import { ApiError } from "../openai/error.ts";
import type { Deps } from "./deps.ts";

/** Rejects with ApiError 410 where fal does not have it any more and it is kept nowhere. */
export async function mediaAnswer(
  { url, kept, contentType }: TaskMedia,
  request: Request,
  { media, mediaStore }: Pick<Deps, "media" | "mediaStore">,
): Promise<Response> {
  const file = kept === undefined ? undefined : await mediaStore?.open(kept);
  if (file) return ranged(file, request, headersOf(file.contentType));
  const found = await media.open(url, request.signal, oneRange(request)).catch(gone);
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

/** Told of a finished task's file, for its `catch`: nobody needs to ask for that again. */
export function gone(error: unknown): never {
  if (!(error instanceof FalError && error.errorType === GONE)) throw error;
  const message =
    "This file is gone: fal has dropped it, and the gateway has not kept it. With MEDIA_STORE it keeps files itself, for MEDIA_RETENTION days.";
  throw new ApiError(410, message, "invalid_request_error", {
    code: "file_gone",
    headers: { "x-should-retry": "false" },
    cause: error,
  });
}

const headersOf = (contentType: string) => ({
  "content-type": contentType,
  "accept-ranges": "bytes",
  // It needs a key, and is the same for as long as it is there.
  "cache-control": "private, max-age=3600",
  "x-content-type-options": "nosniff",
});
