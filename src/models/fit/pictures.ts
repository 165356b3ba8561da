/** Pictures that come along with a request, in the fields that an endpoint has for them. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { limitsOf } from "../limits.ts";
import type { Part } from "./request.ts";

/** Fields of one picture; several are handed out in this order: the subject, then what is put on it. */
const ONE = [
  "image_url",
  "input_image_url",
  "person_image_url",
  "human_image_url",
  "model_image",
  "product_image_url",
  "inpaint_image_url",
  "uov_image_url",
  "start_image_url",
  "end_image_url",
  "composition_image_url",
  "style_image_url",
  "identity_image_url",
  "garment_image_url",
  "garment_image",
  "clothing_image_url",
  "pose_image_url",
  "dissolve_image_url",
  "control_image_url",
  "control_lora_image_url",
  "change_map_image_url",
  "structure_image_url",
  "reference_image_url",
  "ref_image_url",
  "style_reference_image_url",
  "city_image_url",
  "initial_image_url",
] as const;

/** Fields of a list of pictures. */
const SEVERAL = [
  "image_urls",
  "input_image_urls",
  "reference_image_urls",
  "ref_image_urls",
] as const;

/** Wherever a picture may stand. */
export const PICTURES = [...ONE, ...SEVERAL];

export interface PictureCount {
  /** Fewer than this the endpoint refuses. */
  readonly least: number;
  /** `Infinity` where a list has no limit that is known. */
  readonly most: number;
}

interface Places {
  /** One picture each, and never empty. */
  readonly needed: readonly string[];
  readonly list: string | undefined;
  readonly listNeeded: boolean;
  /** One picture each, where there are more of them. */
  readonly spare: readonly string[];
}

function places({ input }: Endpoint): Places {
  const lists = SEVERAL.filter((name) => input[name]?.type === "array");
  const list = lists.find((name) => input[name]!.required) ?? lists[0];
  const ones = ONE.filter((name) => input[name]?.type === "string");
  return {
    needed: ones.filter((name) => input[name]!.required),
    list,
    listNeeded: list !== undefined && input[list]!.required === true,
    spare: ones.filter((name) => !input[name]!.required),
  };
}

/** How many pictures one call takes; `most` is 0 for an endpoint that knows words only. */
export function takesPictures(endpoint: Endpoint): PictureCount {
  const { needed, list, listNeeded, spare } = places(endpoint);
  const listed = list === undefined ? spare.length : (limitsOf(endpoint.id).given ?? Infinity);
  return { least: needed.length + (listNeeded ? 1 : 0), most: needed.length + listed };
}

/** The pictures in their fields. Throws 400, naming `param`, for more or fewer than the endpoint takes. */
export function fitPictures(images: readonly string[], endpoint: Endpoint, param = "image"): Part {
  const { least, most } = takesPictures(endpoint);
  if (images.length < Math.max(1, least) || images.length > most) {
    const count = counted(least, most);
    const message = `The model ${endpoint.id} takes ${count}; the request has ${images.length}.`;
    throw invalidRequest(message, param);
  }
  const { needed, list, listNeeded, spare } = places(endpoint);
  const rest = images.slice(needed.length);
  const single = rest.length === 1 && !listNeeded && needed.length === 0 && spare.length > 0;
  const listed = list !== undefined && !single;
  return {
    input: {
      ...hand(needed, images),
      ...(listed && rest.length > 0 ? { [list]: rest } : {}),
      ...(listed ? {} : hand(spare, rest)),
    },
    adjusted: [],
  };
}

function hand(names: readonly string[], images: readonly string[]) {
  return Object.fromEntries(
    names.slice(0, images.length).map((name, place) => [name, images[place]]),
  );
}

/** `no pictures`, `1 picture`, `2 to 4 pictures`, `at least 1 picture`. */
export function counted(least: number, most: number): string {
  if (most === 0) return "no pictures";
  const from = Math.max(1, least);
  if (most === Infinity) return `at least ${from} ${from === 1 ? "picture" : "pictures"}`;
  const figure = from === most ? `${most}` : `${from} to ${most}`;
  return `${figure} ${most === 1 ? "picture" : "pictures"}`;
}
