/** A request to draw, in OpenAI's words, as input of one endpoint. */
import type { Endpoint } from "../catalog.ts";
import { fitDrawing } from "./drawing.ts";
import type { Fitted, ImageRequest, Part } from "./request.ts";
import { withoutPrompt } from "./required.ts";

export type { Fitted, ImageRequest };

/**
 * The calls that draw what is asked for.
 *
 * The client's words win over `defaults`, and the model's own field names (in `extra`) win over both.
 * `moderation` goes nowhere: `low` asks for less filtering, and how much a gateway's operator
 * answers for is the operator's to say, in an alias' `defaults`, or the client's in the model's own
 * words (`safety_tolerance`).
 *
 * Throws 400 naming the parameter as the client wrote it: an empty `prompt`, an `n` outside 1 to
 * 10, a `size` that is none, a word the model's enum lacks, an extra of the wrong type, or a field
 * that the endpoint requires and nothing gives.
 */
export function fitImage(
  request: ImageRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): Fitted {
  return fitDrawing(request, endpoint, defaults, [prompt(request, endpoint)]);
}

function prompt({ prompt }: ImageRequest, { input }: Endpoint): Part {
  if (typeof prompt !== "string" || prompt.trim() === "") {
    throw withoutPrompt("what to draw");
  }
  return { input: input.prompt ? { prompt } : {}, adjusted: [] };
}
