/** A size into an endpoint's own words: `image_size`, `aspect_ratio`, `resolution`, or width and height. */
import type { Endpoint, Field } from "../catalog.ts";
import { limitsOf, within } from "../limits.ts";
import { megapixel, nearestShape, shapeOf, type Shape } from "./ratio.ts";
import { NOTHING, type Part } from "./request.ts";
import { nearestResolution, pixelsOf } from "./resolution.ts";
import { writeSize, type Size } from "./size.ts";

type Shaped = Extract<Size, Shape>;
type Dialect = (size: Shaped, endpoint: Endpoint) => Part | undefined;

/** In order of preference; the first that the endpoint speaks takes the size. */
const DIALECTS: readonly Dialect[] = [imageSize, aspectRatio, widthAndHeight, resolutionAlone];

/** The fields that say `size` to this endpoint. */
export function fitSize(size: Size, endpoint: Endpoint): Part {
  if (size.kind === "auto") return automatic(endpoint);
  if (size.kind === "resolution") return amount(size.word, endpoint);
  for (const dialect of DIALECTS) {
    const part = dialect(size, endpoint);
    if (part) return part;
  }
  return left(size);
}

/** The model chooses: its own word for that where it has one, else the fields stay away. */
function automatic({ input }: Endpoint): Part {
  const words = ["image_size", "aspect_ratio"].filter((name) =>
    input[name]?.enum?.includes("auto"),
  );
  return { input: Object.fromEntries(words.map((name) => [name, "auto"])), adjusted: [] };
}

/** `2K`: the resolution, or the size word of that amount, or a square of it. */
function amount(word: string, { id, input }: Endpoint): Part {
  const pixels = pixelsOf(word)!;
  const resolution = nearestResolution(pixels, input.resolution?.enum ?? []);
  if (resolution) {
    return { input: { resolution }, adjusted: note(word, "resolution", resolution) };
  }
  const own = input.image_size?.enum?.find((member) => member === `auto_${word}`);
  if (own) return { input: { image_size: own }, adjusted: [] };
  if (!input.image_size?.objectToo) return left({ kind: "resolution", word });
  const side = Math.sqrt(pixels);
  const square = within({ width: side, height: side }, limitsOf(id).sides);
  return {
    input: { image_size: square },
    adjusted: [`size ${word} became ${square.width}x${square.height}`],
  };
}

function imageSize(size: Shaped, { id, input }: Endpoint): Part | undefined {
  const field = input.image_size;
  if (!field) return undefined;
  if (takesObject(field)) return sizeObject(size, field, id);
  const nearest = nearestShape(size, field.enum ?? []);
  return nearest && word("image_size", size, nearest);
}

function takesObject(field: Field) {
  return (field.objectToo ?? field.type === "object") && field.fields?.width !== undefined;
}

/** Exact pixels as an object; a ratio as the model's own word for it, else about a megapixel of it. */
function sizeObject(size: Shaped, field: Field, id: string): Part {
  if (size.kind === "ratio") {
    const nearest = nearestShape(size, field.enum ?? []);
    if (nearest?.same) return { input: { image_size: nearest.word }, adjusted: [] };
  }
  const wanted = size.kind === "pixels" ? size : megapixel(size);
  const { width, height } = within(wanted, limitsOf(id).sides);
  const moved = size.kind === "pixels" && (width !== size.width || height !== size.height);
  return {
    input: { image_size: { width, height } },
    adjusted: moved ? note(writeSize(size), "image_size", `${width}x${height}`) : [],
  };
}

function aspectRatio(size: Shaped, { input }: Endpoint): Part | undefined {
  const field = input.aspect_ratio;
  if (!field) return undefined;
  const part = ratioField(size, field);
  if (!part || size.kind !== "pixels") return part;
  const resolution = nearestResolution(size.width * size.height, input.resolution?.enum ?? []);
  return resolution ? { ...part, input: { ...part.input, resolution } } : part;
}

function ratioField(size: Shaped, field: Field): Part | undefined {
  const nested = field.fields?.ratio;
  if (nested) {
    const nearest = nearestShape(size, nested.enum ?? []);
    return nearest && word("aspect_ratio", size, nearest, { ratio: nearest.word });
  }
  const own = ownRatio(size, field);
  if (own) return { input: { aspect_ratio: own }, adjusted: [] };
  const nearest = nearestShape(size, field.enum ?? []);
  return nearest && word("aspect_ratio", size, nearest);
}

/** For a field that takes any ratio: the one asked for, in its lowest terms, if they are small. */
function ownRatio(size: Shaped, field: Field): string | undefined {
  if (field.type !== "string") return undefined;
  if (!field.enum) return writeSize(size);
  if (!field.open || !Number.isInteger(size.width) || !Number.isInteger(size.height)) {
    return undefined;
  }
  const divisor = commonDivisor(size.width, size.height);
  const [width, height] = [size.width / divisor, size.height / divisor];
  const widest = Math.max(...field.enum.map(shapeOf).map((shape) => slope(shape ?? size)));
  if (Math.max(width, height) > 21 || slope({ width, height }) > widest) return undefined;
  return `${width}:${height}`;
}

function slope({ width, height }: Shape) {
  return Math.max(width / height, height / width);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function widthAndHeight(size: Shaped, { id, input }: Endpoint): Part | undefined {
  if (!input.width || !input.height) return undefined;
  const wanted = size.kind === "pixels" ? size : megapixel(size);
  const { width, height } = within(wanted, limitsOf(id).sides);
  return { input: { width, height }, adjusted: [] };
}

function resolutionAlone(size: Shaped, { input }: Endpoint): Part | undefined {
  if (size.kind !== "pixels") return undefined;
  const resolution = nearestResolution(size.width * size.height, input.resolution?.enum ?? []);
  if (!resolution) return undefined;
  return { input: { resolution }, adjusted: note(writeSize(size), "resolution", resolution) };
}

function word(
  name: string,
  size: Shaped,
  nearest: { word: string; same: boolean },
  value: unknown = nearest.word,
): Part {
  return {
    input: { [name]: value },
    adjusted: nearest.same ? [] : note(writeSize(size), name, nearest.word),
  };
}

function note(size: string, field: string, became: string) {
  return size.toLowerCase() === became.toLowerCase()
    ? []
    : [`size ${size} became ${field} ${became}`];
}

function left(size: Size): Part {
  return {
    ...NOTHING,
    adjusted: [`size ${writeSize(size)} was left out: this model has one size`],
  };
}
