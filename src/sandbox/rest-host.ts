/** rest.fal.ai: storage, tokens, and the keys that webhooks are signed with. */
import { type Call, isFields } from "./call.ts";
import { type Fal, reader } from "./fal.ts";
import { detail, json } from "./reply.ts";
import { jwks } from "./signature.ts";
import { initiate, uploadToken } from "./storage.ts";

export function restHost(fal: Fal, call: Call): Response {
  const { path, method } = call;
  if (path === "/.well-known/jwks.json" && method === "GET") return json(200, jwks());
  const key = reader(fal, call, "rest");
  if (typeof key !== "string") return key;
  if (method !== "POST") return detail(405, "Method Not Allowed");
  switch (path) {
    case "/storage/upload/initiate":
      return initiate(call, false);
    case "/storage/upload/initiate-multipart":
      return initiate(call, true);
    case "/storage/auth/token":
      return uploadToken(fal, call, key);
    case "/tokens":
      return realtimeToken(fal, call, key, "token_expiration");
    case "/tokens/realtime":
      return realtimeToken(fal, call, key, "duration");
    default:
      return detail(404, "Not Found");
  }
}

/** Both forms answer the token as a bare JSON string. */
function realtimeToken(fal: Fal, { body }: Call, key: string, lifetime: string): Response {
  const apps = isFields(body) ? body["allowed_apps"] : undefined;
  if (!isFields(body) || !Array.isArray(apps) || apps.length === 0) {
    const problem = { type: "missing", loc: ["body", "allowed_apps"], msg: "Field required" };
    return json(422, { detail: [{ ...problem, input: body ?? null }] });
  }
  const seconds = Number(body[lifetime] ?? 120);
  return json(200, fal.tokens.issue(key, apps.map(String), seconds > 0 ? seconds : 120));
}
