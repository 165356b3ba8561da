/** A size into an endpoint's own words: `image_size`, `aspect_ratio`, width and height, or `resolution`. */
import type { Endpoint } from "../catalog.ts";
import { limitsOf, within } from "../limits.ts";
import { became, type Shaped } from "./approximation.ts";
import { aspectRatio } from "./aspect-ratio.ts";
import { imageSize, SIZE_FIELDS, takesPixels } from "./image-size.ts";
import { megapixel } from "./ratio.ts";
import { NOTHING, type Part } from "./request.ts";
import { nearestResolution, pixelsOf } from "./resolution.ts";
import { writeSize, type Size } from "./size.ts";

type Dialect = (size: Shaped, endpoint: Endpoint) => Part | undefined;

/** In order of preference; the first that the endpoint speaks takes the size. */
const DIALECTS: readonly Dialect[] = [imageSize, aspectRatio, widthAndHeight, resolutionAlone];

/** The fields that say `size` to this endpoint. `param` is what the client calls it. */
export function fitSize(size: Size, endpoint: Endpoint, param = "size"): Part {
  const { input, adjusted } = fitted(size, endpoint);
  return { input, adjusted: adjusted.map((sentence) => sentence.replace(/^size/, param)) };
}

function fitted(size: Size, endpoint: Endpoint): Part {
  if (size.kind === "auto") return automatic(endpoint);
  if (size.kind === "resolution") return amount(size.word, endpoint);
  for (const dialect of DIALECTS) {
    const part = dialect(size, endpoint);
    if (part) return part;
  }
  return leftOut(size);
}

/** The model chooses: its own word for that where it has one, else the fields stay away. */
function automatic({ input }: Endpoint): Part {
  const fields = [...SIZE_FIELDS, "aspect_ratio"].filter((name) =>
    input[name]?.enum?.includes("auto"),
  );
  return { input: Object.fromEntries(fields.map((name) => [name, "auto"])), adjusted: [] };
}

/** `2K`, `720p`: the resolution, or the size word of that amount, or a square of it. */
function amount(word: string, { id, input }: Endpoint): Part {
  const pixels = pixelsOf(word)!;
  const resolution = nearestResolution(pixels, input.resolution?.enum ?? []);
  if (resolution) {
    return { input: { resolution }, adjusted: became(word, "resolution", resolution) };
  }
  const own = input.image_size?.enum?.find((member) => member === `auto_${word}`);
  if (own) return { input: { image_size: own }, adjusted: [] };
  if (!takesPixels(input.image_size)) return leftOut({ kind: "resolution", word });
  const side = Math.sqrt(pixels);
  const square = within({ width: side, height: side }, limitsOf(id).sides);
  const sent = `${square.width}x${square.height}`;
  return { input: { image_size: square }, adjusted: became(word, "image_size", sent) };
}

function widthAndHeight(size: Shaped, { id, input }: Endpoint): Part | undefined {
  if (!input.width || !input.height) return undefined;
  const wanted = size.kind === "pixels" ? size : megapixel(size);
  return { input: within(wanted, limitsOf(id).sides), adjusted: [] };
}

function resolutionAlone(size: Shaped, { input }: Endpoint): Part | undefined {
  if (size.kind !== "pixels") return undefined;
  const resolution = nearestResolution(size.width * size.height, input.resolution?.enum ?? []);
  if (!resolution) return undefined;
  return { input: { resolution }, adjusted: became(writeSize(size), "resolution", resolution) };
}

function leftOut(size: Size): Part {
  const sentence = `size ${writeSize(size)} was left out: this model has one size`;
  return { ...NOTHING, adjusted: [sentence] };
}
