/** `/files/{name}`: kept media, whole or in parts, so that a browser can seek in a video. */
import { Elysia } from "elysia";
import { ranged } from "../http/ranges.ts";
import { ApiError } from "../openai/error.ts";
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
      "cache-control": cached,
      etag: `"${name}"`,
      // What a model made is shown, never run.
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    };
    if (request.headers.get("if-none-match") === headers.etag) {
      return new Response(null, { status: 304, headers });
    }
    return ranged(file, request, headers);
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
