/** api.fal.ai: the list of models, prices and the account. */
import type { Call } from "./call.ts";
import type { Fal } from "./fal.ts";
import { detail } from "./reply.ts";

export function platformHost(_fal: Fal, _call: Call): Response {
  return detail(404, "Not Found");
}
