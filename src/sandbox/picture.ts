/** Pictures as files: everything about one is in its address, so nothing is kept but a cache. */
import { hex } from "./chance.ts";
import { draw } from "./drawing.ts";

export type PictureFormat = "png" | "jpeg" | "webp";

export interface Picture {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly format: PictureFormat;
  readonly black: boolean;
}

const extensions: Record<PictureFormat, string> = { png: "png", jpeg: "jpg", webp: "webp" };
const address = /^\/b\/([0-9a-f]{8})\/(?:\w+?-)?(\d+)x(\d+)(-black)?\.(png|jpg|webp)$/;

/** Encoded pictures kept at most, in bytes. */
const cacheSize = 32 * 1024 * 1024;
const largest = 4096;

export function pictureName(picture: Picture, tag: string): string {
  const { width, height, black, format } = picture;
  return `${tag}-${width}x${height}${black ? "-black" : ""}.${extensions[format]}`;
}

/** Below `/files`. */
export function picturePath(picture: Picture, tag: string): string {
  return `/b/${hex(picture.seed)}/${pictureName(picture, tag)}`;
}

export function pictureAt(path: string): Picture | undefined {
  const [, seed, width, height, black, extension] = address.exec(path) ?? [];
  if (!seed || Number(width) > largest || Number(height) > largest) return undefined;
  if (Number(width) < 1 || Number(height) < 1) return undefined;
  return {
    seed: Number.parseInt(seed, 16),
    width: Number(width),
    height: Number(height),
    format: extension === "jpg" ? "jpeg" : (extension as "png" | "webp"),
    black: black !== undefined,
  };
}

const cache = new Map<string, Promise<Uint8Array>>();
let cached = 0;

/** The encoded file, made when first wanted. */
export function encode(picture: Picture): Promise<Uint8Array> {
  const key = picturePath(picture, "x");
  const known = cache.get(key);
  if (known) return known;
  const made = render(picture);
  cache.set(key, made);
  void made.then((bytes) => {
    cached += bytes.length;
    for (const [oldest, file] of cache) {
      if (cached <= cacheSize || oldest === key) break;
      cache.delete(oldest);
      void file.then((gone) => (cached -= gone.length));
      break;
    }
  });
  return made;
}

function render({ seed, width, height, format, black }: Picture): Promise<Uint8Array> {
  const small = draw(seed, width, height, black);
  const image = new Bun.Image(small).resize(width, height, { fit: "fill", filter: "cubic" });
  if (format === "jpeg") return image.jpeg({ quality: 85 }).bytes();
  if (format === "webp") return image.webp({ quality: 80 }).bytes();
  return image.png({ compressionLevel: 1 }).bytes();
}
