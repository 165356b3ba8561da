/** The pictures of a video: its first frame, its first and last, or material to compose it from. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { limitsOf } from "../limits.ts";
import { counted } from "./pictures.ts";
import { NOTHING, type Part } from "./request.ts";

/** What the pictures are to the video. */
export type Role = "first" | "frames" | "references";

const FIRST = [
  "image_url",
  "start_image_url",
  "first_frame_url",
  "first_image_url",
  "first_frame_image_url",
  "source_image_url",
  "subject_reference_image_url",
] as const;
const LAST = ["end_image_url", "last_frame_url", "tail_image_url"] as const;
const REFERENCES = [
  "image_urls",
  "reference_image_urls",
  "ref_image_urls",
  "input_image_urls",
] as const;

/** The fields that an endpoint has for each; the required one of several names first. */
export function frameFields({ input }: Endpoint) {
  const pick = (names: readonly string[], type: "string" | "array") => {
    const own = names.filter((name) => input[name]?.type === type);
    return own.find((name) => input[name]!.required) ?? own[0];
  };
  return {
    first: pick(FIRST, "string"),
    last: pick(LAST, "string"),
    references: pick(REFERENCES, "array"),
  };
}

/** The fewest and most pictures that one call takes in a role; `most` is 0 where it has no such role. */
export function takesFrames(endpoint: Endpoint, role: Role) {
  const { first, last, references } = frameFields(endpoint);
  const lastNeeded = last !== undefined && endpoint.input[last]!.required === true;
  if (role === "first") {
    return lastNeeded || first === undefined ? { least: 1, most: 0 } : { least: 1, most: 1 };
  }
  if (role === "frames") return { least: 2, most: first && last ? 2 : 0 };
  return { least: 1, most: references ? (limitsOf(endpoint.id).given ?? Infinity) : 0 };
}

/** One picture is the first frame where the endpoint has one, two are first and last, more are material. */
function roleOf(count: number, endpoint: Endpoint): Role {
  const likely: Role[] = count === 1 ? ["first"] : count === 2 ? ["frames"] : [];
  const role = likely.find((wanted) => takesFrames(endpoint, wanted).most >= count);
  return role ?? "references";
}

/** The pictures in their fields. Throws 400, naming `param`, for more or fewer than the endpoint takes. */
export function fitFrames(
  images: readonly string[],
  role: Role | undefined,
  endpoint: Endpoint,
  param: string,
): Part {
  if (images.length === 0) return NOTHING;
  const taken = role ?? roleOf(images.length, endpoint);
  const { least, most } = takesFrames(endpoint, taken);
  if (images.length < least || images.length > most) {
    const message = `The model ${endpoint.id} takes ${allowed(endpoint)}; the request has ${images.length}.`;
    throw invalidRequest(message, param);
  }
  const { first, last, references } = frameFields(endpoint);
  if (taken === "references") return { input: { [references!]: [...images] }, adjusted: [] };
  const [start, end] = images;
  return {
    input: { [first!]: start, ...(end === undefined ? {} : { [last!]: end }) },
    adjusted: [],
  };
}

function allowed(endpoint: Endpoint): string {
  const counts = (["first", "frames", "references"] as const)
    .map((role) => takesFrames(endpoint, role))
    .filter(({ most }) => most > 0);
  if (counts.length === 0) return "no pictures";
  const least = Math.min(...counts.map((count) => count.least));
  return counted(least, Math.max(...counts.map((count) => count.most)));
}
