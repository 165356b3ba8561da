/** Shapes: the nearest that a model has, and pixels for one. */
import { preset } from "./size.ts";

/** A shape, in any unit. */
export interface Shape {
  readonly width: number;
  readonly height: number;
}

export interface NearestShape {
  readonly word: string;
  /** It is the shape that was asked for, to a hundredth. */
  readonly same: boolean;
  /** The word says pixels, as `1536x1024` does, and not only a shape. */
  readonly pixels: boolean;
}

const FIGURES = /^(\d+(?:\.\d+)?)([x:×*/])(\d+(?:\.\d+)?)$/;

/** The word of an enum whose shape is nearest, by the logarithm of the ratio. */
export function nearestShape(shape: Shape, words: readonly string[]): NearestShape | undefined {
  const wanted = Math.log(shape.width / shape.height);
  const [best] = words
    .flatMap((word) => {
      const own = shapeOf(word);
      if (!own) return [];
      return { word, distance: Math.abs(Math.log(own.width / own.height) - wanted) };
    })
    .sort((a, b) => a.distance - b.distance);
  if (!best) return undefined;
  return { word: best.word, same: best.distance < 0.01, pixels: /\dx\d/.test(best.word) };
}

/** The shape that an enum's word names: `16:9`, `1536x1024`, `landscape_16_9`. */
export function shapeOf(word: string): Shape | undefined {
  const figures = FIGURES.exec(word);
  if (figures) return { width: Number(figures[1]), height: Number(figures[3]) };
  const sides = preset(word);
  return sides && { width: sides[0], height: sides[1] };
}

/** How far a shape is from a square: 16:9 and 9:16 are both 1.78. */
export function slope({ width, height }: Shape): number {
  return Math.max(width / height, height / width);
}

/** About one megapixel of that shape, sides multiples of 16, which every model takes. */
export function megapixel({ width, height }: Shape): Shape {
  const side = Math.sqrt((1024 * 1024 * width) / height);
  return { width: step(side), height: step((side * height) / width) };
}

function step(side: number) {
  return Math.max(16, Math.round(side / 16) * 16);
}
