/** A size as `aspect_ratio`, and as `resolution` beside it when the size was in pixels. */
import type { Endpoint, Field } from "../catalog.ts";
import { approximated, type Shaped } from "./approximation.ts";
import { nearestShape, shapeOf, slope } from "./ratio.ts";
import type { Part } from "./request.ts";
import { nearestResolution } from "./resolution.ts";
import { writeSize } from "./size.ts";

/** Terms up to those of 21:9; what has larger ones is no ratio that somebody meant. */
const LARGEST_TERM = 21;

export function aspectRatio(size: Shaped, { input }: Endpoint): Part | undefined {
  const part = input.aspect_ratio && ratio(size, input.aspect_ratio);
  if (!part || size.kind !== "pixels") return part;
  const resolution = nearestResolution(size.width * size.height, input.resolution?.enum ?? []);
  return resolution ? { ...part, input: { ...part.input, resolution } } : part;
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
