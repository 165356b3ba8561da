/** rest.fal.ai: storage, tokens, and the keys that webhooks are signed with. */
import type { Call } from "./call.ts";
import type { Fal } from "./fal.ts";
import { detail } from "./reply.ts";

export function restHost(_fal: Fal, _call: Call): Response {
  return detail(404, "Not Found");
}
