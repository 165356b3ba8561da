/** A size as `image_size`: exact pixels where the field takes them, else the nearest of its words. */
import type { Endpoint, Field } from "../catalog.ts";
import { limitsOf, within } from "../limits.ts";
import { approximated, became, type Shaped } from "./approximation.ts";
import { megapixel, nearestShape } from "./ratio.ts";
import type { Part } from "./request.ts";
import { writeSize } from "./size.ts";

export function imageSize(size: Shaped, { id, input }: Endpoint): Part | undefined {
  const field = input.image_size;
  if (!field) return undefined;
  if (takesPixels(field)) return pixels(size, field, id);
  const nearest = nearestShape(size, field.enum ?? []);
  return nearest && approximated("image_size", size, nearest);
}

/** Whether a field takes `{width, height}`. */
export function takesPixels(field: Field | undefined): boolean {
  return field?.fields?.width !== undefined && field.fields.height !== undefined;
}

/** A ratio is the model's own word for it where it has one, else about a megapixel of that shape. */
function pixels(size: Shaped, field: Field, id: string): Part {
  if (size.kind === "ratio") {
    const nearest = nearestShape(size, field.enum ?? []);
    if (nearest?.same) return { input: { image_size: nearest.word }, adjusted: [] };
  }
  const wanted = size.kind === "pixels" ? size : megapixel(size);
  const image_size = within(wanted, limitsOf(id).sides);
  const sent = `${image_size.width}x${image_size.height}`;
  const adjusted = size.kind === "pixels" ? became(writeSize(size), "image_size", sent) : [];
  return { input: { image_size }, adjusted };
}
