/** Sentences on what became of a size that a model does not have. */
import type { NearestShape, Shape } from "./ratio.ts";
import type { Part } from "./request.ts";
import { writeSize, type Size } from "./size.ts";

/** A size that has sides, in pixels or as a ratio. */
export type Shaped = Extract<Size, Shape>;

/** A field set to the nearest of its words, with a sentence unless that is what was asked for. */
export function approximated(
  field: string,
  size: Shaped,
  nearest: NearestShape,
  value: unknown = nearest.word,
): Part {
  const exact = nearest.same && (size.kind === "ratio" || !nearest.pixels);
  return {
    input: { [field]: value },
    adjusted: exact ? [] : became(writeSize(size), field, nearest.word),
  };
}

/** One sentence, or none if a size became itself. */
export function became(size: string, field: string, word: string): string[] {
  const same = size.toLowerCase() === word.toLowerCase();
  return same ? [] : [`size ${size} became ${field} ${word}`];
}
