/** What a client may write as `size`, and what it means. */
import { invalidRequest } from "../../openai/error.ts";

export type Size =
  | { readonly kind: "auto" }
  | { readonly kind: "pixels"; readonly width: number; readonly height: number }
  | { readonly kind: "ratio"; readonly width: number; readonly height: number }
  /** `1K`, `2K`, `720p`: how much, of whatever shape the model likes. */
  | { readonly kind: "resolution"; readonly word: string };

/** The shapes of fal's own size words. `square_hd` is first of its shape: it has more pixels. */
const PRESETS: Readonly<Record<string, readonly [width: number, height: number]>> = {
  square_hd: [1, 1],
  square: [1, 1],
  portrait_4_3: [3, 4],
  portrait_3_2: [2, 3],
  portrait_16_9: [9, 16],
  landscape_4_3: [4, 3],
  landscape_3_2: [3, 2],
  landscape_16_9: [16, 9],
};

/** The shape of one of fal's size words. */
export function preset(word: string) {
  return Object.hasOwn(PRESETS, word) ? PRESETS[word] : undefined;
}

/** fal's own ceiling for a side of `image_size`, in pixels. */
const LONGEST_SIDE = 14142;
const SHORTEST_SIDE = 16;
/** The widest shape that is still a picture; fal's models stop at 8:1. */
const WIDEST = 32;

const PIXELS = /^(\d{1,6})\s*[x×*]\s*(\d{1,6})(?:\s*px)?$/i;
const RATIO = /^(\d{1,6}(?:\.\d{1,3})?)\s*[:：/]\s*(\d{1,6}(?:\.\d{1,3})?)$/;
const RESOLUTION = /^(?:(?:0\.5|1|2|3|4)k|\d{3,4}p)$/i;

/** Reads a size. Throws 400, naming `param`, for what is none or is absurd. */
export function parseSize(text: string, param = "size"): Size {
  const word = text.trim();
  if (/^auto$/i.test(word)) return { kind: "auto" };
  if (RESOLUTION.test(word)) {
    const amount = word.toUpperCase();
    return { kind: "resolution", word: amount.endsWith("P") ? word.toLowerCase() : amount };
  }

  const pixels = PIXELS.exec(word);
  if (pixels) return pixelSize(Number(pixels[1]), Number(pixels[2]), text, param);

  const ratio = RATIO.exec(word);
  const [width, height] = ratio
    ? [Number(ratio[1]), Number(ratio[2])]
    : (preset(word.toLowerCase()) ?? []);
  if (!width || !height) {
    throw invalidRequest(
      `Invalid ${param} '${text}': write pixels such as 1024x1024, a ratio such as 16:9, or auto.`,
      param,
    );
  }
  if (shape(width, height) > WIDEST) throw tooNarrow(text, param);
  return { kind: "ratio", width, height };
}

const tooNarrow = (text: string, param: string) =>
  invalidRequest(
    `Invalid ${param} '${text}': a side is at most ${WIDEST} times as long as the other.`,
    param,
  );

function pixelSize(width: number, height: number, text: string, param: string): Size {
  const sides = [width, height];
  if (sides.some((side) => side < SHORTEST_SIDE || side > LONGEST_SIDE)) {
    throw invalidRequest(
      `Invalid ${param} '${text}': a side has ${SHORTEST_SIDE} to ${LONGEST_SIDE} pixels.`,
      param,
    );
  }
  if (shape(width, height) > WIDEST) throw tooNarrow(text, param);
  return { kind: "pixels", width, height };
}

function shape(width: number, height: number) {
  return Math.max(width / height, height / width);
}

/** A size as words: `1024x768`, `16:9`. */
export function writeSize(size: Size): string {
  if (size.kind === "auto") return "auto";
  if (size.kind === "resolution") return size.word;
  return `${size.width}${size.kind === "pixels" ? "x" : ":"}${size.height}`;
}
