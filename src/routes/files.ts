/** `/files/{name}`: kept media, whole or in parts, so that a browser can seek in a video. */
import { Elysia } from "elysia";
import { ApiError } from "../openai/error.ts";
import type { OpenFile, Range } from "../store/media/media.ts";
import type { Deps } from "./deps.ts";

export function files({ mediaStore, config }: Deps) {
  /** A name stands for one file for ever, so it may be cached for as long as the file is kept. */
  const cached = `public, max-age=${Math.round(config.mediaRetention * 86_400)}, immutable`;

  async function serve(name: string, request: Request): Promise<Response> {
    const file = await mediaStore?.open(name);
    if (!file) {
      throw new ApiError(404, "There is no such file, or no longer.", "invalid_request_error", {
        code: "not_found",
      });
    }
    const headers = {
      "content-type": file.contentType,
      "accept-ranges": "bytes",
      "cache-control": cached,
      etag: `"${name}"`,
      // What a model made is shown, never run.
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    };
    if (request.headers.get("if-none-match") === headers.etag) {
      return new Response(null, { status: 304, headers });
    }
    return answer(file, rangeOf(request.headers.get("range"), file.bytes), headers);
  }

  return new Elysia({ tags: ["Files"] }).get(
    "/files/:name",
    ({ params, request }) => serve(params.name, request),
    {
      detail: {
        summary: "Fetch kept media",
        description:
          "A picture, video or sound that was kept (`MEDIA_STORE`). Needs no key: the name cannot be guessed. Ranges are served.",
        responses: { 200: { description: "The file" }, 206: { description: "A part of it" } },
      },
    },
  );
}

function answer(
  file: OpenFile,
  range: Range | "none" | "unsatisfiable",
  headers: Record<string, string>,
) {
  const { bytes } = file;
  if (range === "unsatisfiable") {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${bytes}` } });
  }
  if (range === "none") {
    return new Response(file.read(), { headers: { ...headers, "content-length": String(bytes) } });
  }
  const { from, to } = range;
  return new Response(file.read(range), {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(to - from + 1),
      "content-range": `bytes ${from}-${to}/${bytes}`,
    },
  });
}

/** One range, as players ask for it; several at once are answered with the whole (RFC 9110, 14.2). */
function rangeOf(header: string | null, bytes: number): Range | "none" | "unsatisfiable" {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return "none";
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from > to || from >= bytes ? "unsatisfiable" : { from, to };
}
