/** Shapes: the nearest that a model has, and pixels for one. */
import { preset } from "./size.ts";

/** A shape, in any unit. */
export interface Shape {
  readonly width: number;
  readonly height: number;
}

/** The member of an enum whose shape is nearest, by the logarithm of the ratio; and whether it is the same. */
export function nearestShape(
  { width, height }: Shape,
  words: readonly string[],
): { word: string; same: boolean } | undefined {
  const wanted = Math.log(width / height);
  const [best] = words
    .map((word) => ({ word, shape: shapeOf(word) }))
    .filter(({ shape }) => shape !== undefined)
    .map(({ word, shape }) => ({
      word,
      distance: Math.abs(Math.log(shape!.width / shape!.height) - wanted),
    }))
    .sort((a, b) => a.distance - b.distance);
  return best && { word: best.word, same: best.distance < 0.01 };
}

/** The shape that an enum's member names: `16:9`, `1536x1024`, `landscape_16_9`. */
export function shapeOf(word: string): Shape | undefined {
  const figures = /^(\d+(?:\.\d+)?)[x:×*/](\d+(?:\.\d+)?)$/.exec(word);
  if (figures) return { width: Number(figures[1]), height: Number(figures[2]) };
  const sides = preset(word);
  return sides && { width: sides[0], height: sides[1] };
}

/** About one megapixel of that shape, sides multiples of 16, which every model takes. */
export function megapixel({ width, height }: Shape): Shape {
  const side = Math.sqrt((1024 * 1024 * width) / height);
  return { width: step(side), height: step((side * height) / width) };
}

function step(side: number) {
  return Math.max(16, Math.round(side / 16) * 16);
}
