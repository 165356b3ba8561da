/** A request to edit pictures, in OpenAI's words, as input of one endpoint. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { fitDrawing } from "./drawing.ts";
import { fitPictures, PICTURES, takesPictures } from "./pictures.ts";
import { NOTHING, type Fitted, type ImageRequest, type Part } from "./request.ts";
import { withoutPrompt } from "./required.ts";
import { fitWord } from "./words.ts";

export { takesPictures };

export interface EditRequest extends ImageRequest {
  /** Addresses or data URLs, in the client's order. */
  readonly images: readonly string[];
  /** What the client calls `images`; `image` when absent. */
  readonly imagesParam?: string;
  /** Where to paint, as an address or data URL. */
  readonly mask?: string | null;
  /** How closely to keep to the pictures: `low` or `high`. */
  readonly input_fidelity?: string | null;
}

/** Of a model's endpoints those that take so many pictures; all of them where none does, to say why not. */
export function chooseEdit(endpoints: readonly Endpoint[], count: number): readonly Endpoint[] {
  const able = endpoints.filter((endpoint) => {
    const { least, most } = takesPictures(endpoint);
    return least <= count && count <= most;
  });
  return able.length > 0 ? able : endpoints;
}

/** What says what to do with the pictures, the usual name first. */
const PROMPTS = [
  "prompt",
  "instruction",
  "target_prompt",
  "text_prompt",
  "object_to_remove",
  "object_name",
  "new_text",
  "detection_prompt",
  "object",
  "text_input",
] as const;

const MASKS = ["mask_url", "mask_image_url"] as const;

/**
 * The calls that edit the pictures as asked: one or several pictures in the fields that the endpoint
 * has for as many, the mask in its own. What `fitImage` says of the words holds here too, but the
 * prompt may be empty where the endpoint has none (upscalers, background removal), and a size that
 * is absent leaves the picture's own.
 *
 * Throws 400 naming `image` for more pictures than the endpoint takes, or fewer, and `mask` for one
 * where it takes none, or needs one.
 */
export function fitEdit(
  request: EditRequest,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): Fitted {
  const { images, imagesParam = "image" } = request;
  const parts = [
    prompt(request, endpoint),
    fitPictures(images, endpoint, imagesParam),
    mask(request, endpoint),
    fitWord("input_fidelity", request, endpoint),
  ];
  const fields = { prompt: PROMPTS, mask: MASKS, [imagesParam]: PICTURES };
  return fitDrawing(request, endpoint, defaults, parts, fields);
}

/** What a model is told that varies nothing unasked. */
const VARY = "A variation of this picture.";

/** Another picture like the given one: words go only to a model that cannot do without. */
export function fitVariation(
  request: Omit<EditRequest, "prompt">,
  endpoint: Endpoint,
  defaults: Readonly<Record<string, unknown>> = {},
): Fitted {
  const field = promptField(endpoint);
  const needed = field !== undefined && endpoint.input[field]!.required;
  return fitEdit({ ...request, prompt: needed ? VARY : "" }, endpoint, defaults);
}

const promptField = ({ input }: Endpoint) => PROMPTS.find((name) => input[name]?.type === "string");

function prompt({ prompt }: EditRequest, endpoint: Endpoint): Part {
  const { input } = endpoint;
  const field = promptField(endpoint);
  if (field === undefined) return NOTHING;
  if (typeof prompt === "string" && prompt.trim() !== "") {
    return { input: { [field]: prompt }, adjusted: [] };
  }
  if (!input[field]!.required) return NOTHING;
  throw withoutPrompt("what to do with the picture");
}

function mask({ mask }: EditRequest, { id, input }: Endpoint): Part {
  if (mask === undefined || mask === null || mask === "") return NOTHING;
  const field = MASKS.find((name) => input[name]?.type === "string");
  if (field) return { input: { [field]: mask }, adjusted: [] };
  throw invalidRequest(`The model ${id} takes no mask.`, "mask");
}
