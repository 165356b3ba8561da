/** fal's storage: how callers get a file in. */
import type { Call } from "./call.ts";
import type { Fal } from "./fal.ts";
import { json } from "./reply.ts";

export function takeUpload(_fal: Fal, _call: Call): Response {
  return json(501, {});
}
