/** Files on their way to fal's storage: fal's own upload protocol, and a plain form. */
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { answers } from "../http/answers.ts";
import { invalidRequest } from "../openai/error.ts";
import { formFile } from "../http/multipart.ts";
import { bodyOf, chunksOf } from "../native/body.ts";
import { uploadBounds } from "./bounds.ts";
import type { Deps } from "./deps.ts";
import { restCaller } from "./rest-caller.ts";

const Uploaded = Type.Object(
  { url: Type.String({ description: "An address that every fal model can read." }) },
  { description: "Stored" },
);

export function uploads(deps: Deps) {
  const { config, rest, storage } = deps;
  const bounds = uploadBounds(config);

  async function relayed(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const body = await bodyOf(request, bounds);
    const path = pathname.slice("/rest".length);
    return rest.call(request.method, path, search, body, restCaller(deps, request));
  }

  async function ticketed(request: Request): Promise<Response> {
    const [, , ticket = "", ...more] = new URL(request.url).pathname.split("/");
    const { method, headers, signal } = request;
    const behind = more.map((part) => `/${part}`).join("");
    const body = () => bodyOf(request, bounds);
    return rest.upload({ method, ticket, rest: behind, headers, body, signal });
  }

  async function stored(request: Request): Promise<Response> {
    const type = request.headers.get("content-type") ?? "";
    if (!type.startsWith("multipart/form-data")) {
      throw invalidRequest("Send the file as multipart/form-data, in the field 'file'.", "file");
    }
    const file = await formFile(chunksOf(request, bounds), type);
    const url = file && (await storage.upload(file, request.signal));
    if (!url) throw invalidRequest("The form has no file, or an empty one.", "file");
    return Response.json({ url });
  }

  const hidden = { parse: "none", detail: { hide: true } } as const;
  return new Elysia({ tags: ["fal"] })
    .all("/rest/*", ({ request }) => relayed(request), hidden)
    .all("/uploads/*", ({ request }) => ticketed(request), hidden)
    .post("/files", ({ request }) => stored(request), {
      parse: "none",
      detail: {
        summary: "Upload a file",
        description:
          "Puts a file into fal's storage and gives its address, for use in any request.",
        security: [{ bearer: [] }],
        requestBody: {
          required: true,
          content: {
            "multipart/form-data": {
              schema: {
                type: "object",
                required: ["file"],
                properties: { file: { type: "string", format: "binary" } },
              },
            },
          },
        },
        responses: answers(Uploaded, [400, 401, 413, 502, 503], {
          examples: { "Its address": { url: "https://v3.fal.media/files/penguin/harbour.jpg" } },
        }),
      },
    });
}
