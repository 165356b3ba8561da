/** fal's storage: how callers get a file in, the JavaScript client's way and Python's. */
import { type Call, isFields } from "./call.ts";
import type { Fal } from "./fal.ts";
import { detail, json } from "./reply.ts";

/** `POST /storage/upload/initiate` and its multipart twin, on the REST host. */
export function initiate(call: Call, multipart: boolean): Response {
  const { body, origin } = call;
  if (!isFields(body)) return detail(422, "content_type and file_name are required");
  const { content_type, file_name } = body;
  if (typeof content_type !== "string") return missing("content_type", body);
  if (!multipart && typeof file_name !== "string") return missing("file_name", body);
  const name = encodeURIComponent(safe(file_name ?? "upload"));
  const file_url = `${origin}/files/u/${crypto.randomUUID().slice(0, 8)}/${name}`;
  const type = encodeURIComponent(content_type);
  // A signed address needs no key, as the real one does not.
  const upload_url = `${file_url}${multipart ? "/parts" : ""}?signature=sandbox&type=${type}`;
  return json(200, { upload_url, file_url });
}

/** `POST /storage/auth/token`: what Python's client uploads with. */
export function uploadToken(fal: Fal, call: Call, key: string): Response {
  const seconds = 3600;
  const expires_at = new Date(Date.now() + seconds * 1000).toISOString();
  const token = fal.tokens.issue(key, ["storage"], seconds);
  return json(200, { token, token_type: "Bearer", base_url: call.origin, expires_at });
}

/** Whatever is PUT or POSTed below `/files`. */
export function takeUpload(fal: Fal, call: Call): Response {
  const { path, method, request } = call;
  if (method === "POST" && path === "/upload") return uploadWhole(fal, call);
  if (method === "POST" && path === "/upload/multipart") return beginParts(fal, call);

  const [, file, number] =
    /^(\/u\/[^/]+\/[^/]+)\/(?:parts|multipart\/[^/]+)\/(\d+|complete)$/.exec(path) ?? [];
  if (file && number === "complete" && method === "POST") return complete(fal, call, file);
  if (file && number && method === "PUT") {
    const bytes = call.bytes ?? new Uint8Array();
    fal.uploads.putPart(file, Number(number), bytes);
    const etag = `"${new Bun.CryptoHasher("md5").update(bytes).digest("hex")}"`;
    return json(200, { partNumber: Number(number), etag }, { etag });
  }
  if (method !== "PUT" || !/^\/u\/[^/]+\/[^/]+$/.test(path)) return detail(404, "Not Found");
  const type = request.headers.get("content-type") ?? call.query.get("type");
  return store(fal, path, call.bytes, type);
}

function store(
  fal: Fal,
  path: string,
  bytes: Uint8Array = new Uint8Array(),
  type: string | null,
): Response {
  const name = path.split("/").at(-1)!;
  fal.uploads.put(path, { name, type: type ?? "application/octet-stream", bytes });
  return json(200, {});
}

function uploadWhole(fal: Fal, call: Call): Response {
  const refusal = unauthorised(fal, call);
  if (refusal) return refusal;
  const { headers } = call.request;
  const path = newPath(headers.get("x-fal-file-name"));
  store(fal, path, call.bytes, headers.get("content-type"));
  return json(200, { access_url: `${call.origin}/files${encodeURI(path)}` });
}

function beginParts(fal: Fal, call: Call): Response {
  const refusal = unauthorised(fal, call);
  if (refusal) return refusal;
  const { headers } = call.request;
  const path = newPath(headers.get("x-fal-file-name"));
  return json(200, {
    access_url: `${call.origin}/files${encodeURI(path)}`,
    uploadId: crypto.randomUUID(),
  });
}

function complete(fal: Fal, call: Call, file: string): Response {
  const body: unknown = parse(call.bytes);
  const parts = isFields(body) && Array.isArray(body["parts"]) ? body["parts"] : [];
  const numbers = parts.flatMap((part) =>
    isFields(part) ? [Number(part["partNumber"] ?? part["part_number"])] : [],
  );
  const type = call.query.get("type") ?? call.request.headers.get("x-fal-content-type");
  const done = fal.uploads.complete(
    file,
    numbers,
    file.split("/").at(-1)!,
    type ?? "application/octet-stream",
  );
  return done ? json(200, {}) : detail(400, "A part is missing");
}

/** Python sends the token of `/storage/auth/token`, or its key. */
function unauthorised(fal: Fal, call: Call): Response | undefined {
  const [scheme = "", token = ""] = (call.request.headers.get("authorization") ?? "").split(" ");
  const known = scheme === "Bearer" ? fal.tokens.keyOf(token) : scheme === "Key" && token;
  return known ? undefined : detail(401, "Unauthorized");
}

function newPath(name: string | null): string {
  return `/u/${crypto.randomUUID().slice(0, 8)}/${safe(name ?? "upload")}`;
}

/** A name must not climb out of its folder. */
function safe(name: unknown): string {
  return String(name).replace(/[/\\]/g, "_") || "upload";
}

function parse(bytes: Uint8Array = new Uint8Array()): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function missing(name: string, input: unknown): Response {
  const problem = { type: "missing", loc: ["body", name], msg: "Field required", input };
  return json(422, { detail: [problem] });
}
