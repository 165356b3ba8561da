/** A request to draw, in OpenAI's words, as input of one endpoint. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { callInput, countPictures, share } from "./count.ts";
import { fitSize } from "./dimensions.ts";
import { coerce, fitDefaults, fitExtras } from "./extra.ts";
import { NOTHING, type Fitted, type ImageRequest, type Part } from "./request.ts";

import { pixelsOf } from "./resolution.ts";
import { parseSize } from "./size.ts";
import { fitWord } from "./words.ts";

export type { Fitted, ImageRequest };

/** Words for the shape that clients borrow from other models; they count as `size` where they are no field. */
const SIZE_WORDS = ["image_size", "aspect_ratio", "ratio"] as const;

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
  const extra = request.extra ?? {};
  const count = pictures(request, extra);
  const shape = size(request, extra, endpoint);
  const parts = [
    shape,
    fitWord("background", request, endpoint),
    fitWord("output_format", request, endpoint),
    fitWord("style", request, endpoint),
    atLeast(fitWord("quality", request, endpoint), shape),
  ];
  const input = {
    ...fitDefaults(defaults, endpoint),
    ...prompt(request, endpoint),
    ...sameName(request, endpoint),
    ...Object.assign({}, ...parts.map((part) => part.input)),
    ...fitExtras(extra, endpoint),
  };
  for (const [name, field] of Object.entries(endpoint.input)) {
    if (field.required && input[name] === undefined && name !== "num_images") {
      throw invalidRequest(`The model ${endpoint.id} needs ${name}.`, name);
    }
  }

  const shares = share(count, endpoint);
  const before = (call: number) => shares.slice(0, call).reduce((sum, each) => sum + each, 0);
  return {
    calls: shares.map((pictures, call) => ({
      input: callInput(input, pictures, before(call), endpoint),
      pictures,
    })),
    adjusted: parts.flatMap((part) => part.adjusted),
  };
}

function prompt({ prompt }: ImageRequest, { input }: Endpoint) {
  if (typeof prompt !== "string" || prompt.trim() === "") {
    throw invalidRequest("Give a prompt that says what to draw.", "prompt");
  }
  return input.prompt ? { prompt } : {};
}

function pictures({ n }: ImageRequest, extra: Readonly<Record<string, unknown>>) {
  if (n !== undefined && n !== null) return countPictures(n);
  return countPictures(extra.num_images, "num_images");
}

function size(
  request: ImageRequest,
  extra: Readonly<Record<string, unknown>>,
  endpoint: Endpoint,
): Part {
  if (request.size) return fitSize(parseSize(request.size), endpoint);
  const name = SIZE_WORDS.find((word) => typeof extra[word] === "string" && !endpoint.input[word]);
  return name ? fitSize(parseSize(String(extra[name]), name), endpoint) : NOTHING;
}

/** `quality: "hd"` may raise the resolution that the size chose, and never lowers it. */
function atLeast(quality: Part, { input }: Part): Part {
  const [wanted, chosen] = [quality.input.resolution, input.resolution].map((word) =>
    pixelsOf(String(word)),
  );
  return wanted && chosen && chosen > wanted ? NOTHING : quality;
}

/** The words that are called the same by both. */
function sameName(request: ImageRequest, { input }: Endpoint) {
  const names = ["seed", "negative_prompt", "output_compression"] as const;
  return Object.fromEntries(
    names
      .filter((name) => input[name] && request[name] !== undefined && request[name] !== null)
      .map((name) => [name, coerce(request[name], input[name]!, name)]),
  );
}
