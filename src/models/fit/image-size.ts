/** A size as `image_size` or `video_size`: exact pixels where the field takes them, else the nearest of its words. */
import type { Endpoint, Field } from "../catalog.ts";
import { limitsOf, within } from "../limits.ts";
import { approximated, became, type Shaped } from "./approximation.ts";
import { megapixel, nearestShape } from "./ratio.ts";
import type { Part } from "./request.ts";
import { writeSize } from "./size.ts";

/** The fields that speak this dialect. */
export const SIZE_FIELDS = ["image_size", "video_size", "dimensions"] as const;

export function imageSize(size: Shaped, { id, input }: Endpoint): Part | undefined {
  const name = SIZE_FIELDS.find((field) => input[field]?.type === "string");
  if (!name) return undefined;
  const field = input[name]!;
  if (takesPixels(field)) return pixels(size, name, field, id);
  const nearest = nearestShape(size, field.enum ?? []);
  return nearest && approximated(name, size, nearest);
}

/** Whether a field takes `{width, height}`. */
export function takesPixels(field: Field | undefined): boolean {
  return field?.fields?.width !== undefined && field.fields.height !== undefined;
}

/** A ratio is the model's own word for it where it has one, else about a megapixel of that shape. */
function pixels(size: Shaped, name: string, field: Field, id: string): Part {
  if (size.kind === "ratio") {
    const nearest = nearestShape(size, field.enum ?? []);
    if (nearest?.same) return { input: { [name]: nearest.word }, adjusted: [] };
  }
  const wanted = size.kind === "pixels" ? size : megapixel(size);
  const sides = within(wanted, limitsOf(id).sides);
  const sent = `${sides.width}x${sides.height}`;
  const adjusted = size.kind === "pixels" ? became(writeSize(size), name, sent) : [];
  return { input: { [name]: sides }, adjusted };
}
