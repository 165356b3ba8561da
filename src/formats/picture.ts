/** Pictures as bytes: which kind they are, and the same picture as another kind. */

/** What falgate can make of a picture itself. */
export type PictureFormat = "png" | "jpeg" | "webp";

const FORMATS: readonly PictureFormat[] = ["png", "jpeg", "webp"];

/** The first bytes of each kind; a dot stands for any byte. */
const MAGIC: readonly (readonly [type: string, start: RegExp])[] = [
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/webp", /^RIFF....WEBP/s],
  ["image/gif", /^GIF8[79]a/],
  ["image/avif", /^....ftypavi[fs]/s],
  ["image/heic", /^....ftyp(heic|heix|hevc|mif1|msf1)/s],
  ["image/tiff", /^(II\*\0|MM\0\*)/],
  ["image/bmp", /^BM.{8}/s],
];

/** The media type of a picture, by its bytes; nothing for what is none. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  return MAGIC.find(([, magic]) => magic.test(start))?.[0];
}

/** What a client calls a kind that falgate can make: `jpg` is `jpeg`. */
export function pictureFormat(word: string | undefined): PictureFormat | undefined {
  const plain = word?.toLowerCase().replace(/^image\//, "");
  return FORMATS.find((format) => format === plain || (plain === "jpg" && format === "jpeg"));
}

/** Width and height in pixels. Rejects for what is no picture. */
export async function pictureSize(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await new Bun.Image(bytes).metadata();
  return { width, height };
}

/** The same picture as another kind; `quality` is 1 to 100, and nothing to PNG, which loses nothing. */
export function convertPicture(
  bytes: Uint8Array,
  format: PictureFormat,
  quality = 100,
): Promise<Uint8Array> {
  const picture = new Bun.Image(bytes);
  if (format === "png") return picture.png().bytes();
  return picture[format]({ quality: Math.max(1, Math.round(quality)) }).bytes();
}
