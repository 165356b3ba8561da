/** A size as `aspect_ratio`, and as `resolution` beside it when the size was in pixels. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint, Field } from "../catalog.ts";
import { approximated, type Shaped } from "./approximation.ts";
import { nearestShape, shapeOf, slope } from "./ratio.ts";
import type { Part } from "./request.ts";
import { nearestResolution, pixelsOf } from "./resolution.ts";
import { writeSize } from "./size.ts";

/** Terms up to those of 21:9; what has larger ones is no ratio that somebody meant. */
const LARGEST_TERM = 21;

/** What models draw that are told a shape alone, in pixels. */
const MEGAPIXEL = 1024 ** 2;
/** A size is a class's own up to so much more or less: 1792x1024 still is about a megapixel. */
const ABOUT = 1.9;

export function aspectRatio(size: Shaped, { input }: Endpoint): Part | undefined {
  const part = input.aspect_ratio && ratio(size, input.aspect_ratio);
  if (!part || size.kind !== "pixels") return part;
  const area = size.width * size.height;
  const resolution = nearestResolution(area, input.resolution?.enum ?? []);
  const told = resolution ? { ...part.input, resolution } : part.input;
  const times = area / ((resolution && pixelsOf(resolution)) || MEGAPIXEL);
  const same = part.adjusted.length > 0 || (times < ABOUT && times > 1 / ABOUT);
  const shape = resolution ? `${resolution} of that shape` : "that shape in the model's own pixels";
  return {
    input: told,
    adjusted: same ? part.adjusted : [`size ${writeSize(size)} became ${shape}`],
  };
}

/**
 * What a client says in the model's own `aspect_ratio`, which is one of the model's words, in whatever
 * spelling. Throws 400 with those words for another ratio: only a `size` becomes the nearest.
 */
export function ownWord(said: string, endpoint: Endpoint): string {
  const field = endpoint.input.aspect_ratio;
  const words = field?.enum;
  if (!words || field.open) return said;
  const member = words.find((word) => word.toLowerCase() === said.trim().toLowerCase());
  if (member !== undefined) return member;
  const shape = shapeOf(said.replaceAll(/\s/g, "").replace("：", ":"));
  const nearest = shape && nearestShape(shape, words);
  if (nearest?.same) return nearest.word;
  throw refusedRatio(said, endpoint, nearest ? " As 'size' it becomes the nearest of these." : "");
}

/** `hint`: what else may be done. */
export function refusedRatio(said: string, { id, input }: Endpoint, hint = "") {
  const ratios = input.aspect_ratio?.enum?.join(", ");
  const message = `Invalid aspect_ratio '${said}': the model ${id} takes ${ratios}.${hint}`;
  return invalidRequest(message, "aspect_ratio");
}

function ratio(size: Shaped, field: Field): Part | undefined {
  const own = ownRatio(size, field);
  if (own) return { input: { aspect_ratio: own }, adjusted: [] };
  // Some models wrap it: {"aspect_ratio": {"ratio": "16:9"}}.
  const wrapped = field.fields?.ratio;
  const nearest = nearestShape(size, (wrapped ?? field).enum ?? []);
  const value = wrapped && nearest ? { ratio: nearest.word } : nearest?.word;
  return nearest && approximated("aspect_ratio", size, nearest, value);
}

/** For a field that takes any ratio: the one asked for, in its lowest terms. */
function ownRatio(size: Shaped, field: Field): string | undefined {
  if (field.type !== "string") return undefined;
  if (!field.enum) return writeSize(size);
  if (!field.open || !Number.isInteger(size.width) || !Number.isInteger(size.height)) {
    return undefined;
  }
  const divisor = commonDivisor(size.width, size.height);
  const [width, height] = [size.width / divisor, size.height / divisor];
  const widest = Math.max(...field.enum.map((word) => slope(shapeOf(word) ?? size)));
  if (Math.max(width, height) > LARGEST_TERM || slope(size) > widest) return undefined;
  return `${width}:${height}`;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
