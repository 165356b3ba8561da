/** Nothing in the body: the first parameter that the documentation requires is named, on every route. */
import { describe, expect, test } from "bun:test";
import { CLIENT_KEY, inProcess } from "../support/gateway.ts";

/** A parameter for each kind of body that the route takes. */
const FIRST: Readonly<Record<string, { json?: string; form?: string }>> = {
  "/v1/images/generations": { json: "prompt" },
  "/v1/images/edits": { json: "images", form: "image" },
  "/v1/images/variations": { json: "image", form: "image" },
  "/v1/audio/speech": { json: "model" },
  "/v1/audio/transcriptions": { form: "file" },
  "/v1/audio/translations": { form: "file" },
  "/v1/chat/completions": { json: "messages" },
  "/v1/responses": { json: "input" },
  "/v1/embeddings": { json: "model" },
  "/v1/videos": { json: "prompt", form: "prompt" },
  "/v1/video/create": { json: "model" },
  "/v1/video/generations": { json: "model" },
  "/jimeng/submit/videos": { json: "prompt" },
};

/** In the document a model decides whether a prompt is needed; the usual ones need it. */
const BY_MODEL = new Set(["/v1/videos", "/v1/responses"]);

const gateway = await inProcess();

async function refused(path: string, body: string | FormData, type?: string) {
  const headers = { authorization: `Bearer ${CLIENT_KEY}`, ...(type && { "content-type": type }) };
  const response = await gateway.fetch(path, { method: "POST", headers, body });
  const { error } = (await response.json()) as { error: { param: string; code: string } };
  return { status: response.status, param: error.param, code: error.code };
}

const missing = (param: string) => ({ status: 400, param, code: "missing_required_parameter" });

describe.each(Object.entries(FIRST))("%s", (path, { json, form }) => {
  if (json) {
    test("{}", async () => {
      expect(await refused(path, "{}", "application/json")).toEqual(missing(json));
    });
  }
  if (form) {
    test("an empty form", async () => {
      expect(await refused(path, new FormData())).toEqual(missing(form));
    });
  }

  test("which is the first that the document requires", async () => {
    const document = (await (await gateway.fetch("/swagger/json")).json()) as {
      paths: Record<string, { post: { requestBody: { content: Record<string, Media> } } }>;
    };
    const { content } = document.paths[path]!.post.requestBody;
    const firstOf = (type: string) => content[type]?.schema.required?.[0];
    if (BY_MODEL.has(path)) return expect(firstOf("application/json")).toBeUndefined();
    if (json) expect(firstOf("application/json")).toBe(json);
    if (form) expect(firstOf("multipart/form-data")).toBe(form);
  });
});

interface Media {
  schema: { required?: string[] };
}

test("nothing went to fal", () => {
  expect(gateway.fal.requests).toEqual([]);
});
