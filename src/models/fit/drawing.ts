/** What drawing and editing have in common: shape, words, extras, and the calls that make `n`. */
import type { Endpoint } from "../catalog.ts";
import { ownWord } from "./aspect-ratio.ts";
import { clientsWords } from "./clients-words.ts";
import { callInput, countPictures, share } from "./count.ts";
import { fitSize } from "./dimensions.ts";
import { coerce, fitDefaults, fitExtras } from "./extra.ts";
import { NOTHING, type Fitted, type ImageRequest, type Part } from "./request.ts";
import { requireFields } from "./required.ts";
import { pixelsOf } from "./resolution.ts";
import { parseSize } from "./size.ts";
import { fitWord } from "./words.ts";

/** Words for the shape that clients borrow from other models; they count as `size` where they are no field. */
const SIZE_WORDS = ["image_size", "aspect_ratio", "ratio"] as const;

/** Fields that OpenAI's parameters are said in, by drawing and editing alike. */
const FIELDS = { size: ["image_size", "aspect_ratio", "width", "height"], n: ["num_images"] };

/**
 * The calls that make the pictures asked for; `own` is what only drawing, or only editing, says, and
 * `fields` those in which it is said.
 */
export function fitDrawing(
  request: ImageRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>>,
  own: readonly Part[],
  fields: Readonly<Record<string, readonly string[]>> = {},
): Fitted {
  const extra = request.extra ?? {};
  const count = pictures(request, extra);
  const shape = size(request, extra, endpoint);
  const parts = [
    ...own,
    shape,
    fitWord("background", request, endpoint),
    fitWord("output_format", request, endpoint),
    fitWord("style", request, endpoint),
    atLeast(fitWord("quality", request, endpoint), shape),
  ];
  const input = {
    ...fitDefaults(defaults, endpoint),
    ...sameName(request, endpoint),
    ...Object.assign({}, ...parts.map((part) => part.input)),
    ...fitExtras(ratioSpelled(extra, endpoint), endpoint),
  };
  const words = clientsWords({ ...FIELDS, ...fields }, extra);
  requireFields(input, endpoint, words);

  const shares = share(count, endpoint);
  const before = (call: number) => shares.slice(0, call).reduce((sum, each) => sum + each, 0);
  return {
    calls: shares.map((pictures, call) => ({
      input: callInput(input, pictures, before(call), endpoint),
      pictures,
    })),
    adjusted: parts.flatMap((part) => part.adjusted),
    words,
  };
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
  return name ? fitSize(parseSize(String(extra[name]), name), endpoint, name) : NOTHING;
}

function ratioSpelled(extra: Readonly<Record<string, unknown>>, endpoint: Endpoint) {
  const { aspect_ratio: said } = extra;
  return typeof said === "string" ? { ...extra, aspect_ratio: ownWord(said, endpoint) } : extra;
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
