/** The OpenAI-compatible base of the router. */
import type { Call } from "./call.ts";
import { plain } from "./fault.ts";
import type { Fal } from "./fal.ts";
import { detail } from "./reply.ts";
import type { Outcome, Work } from "./work.ts";

export function openaiHost(_fal: Fal, _call: Call, _key: string, _path: string): Response {
  return detail(501, "soon");
}

export function answerOpenAI(_fal: Fal, _work: Work): Outcome {
  return { fault: plain(501, "soon") };
}
