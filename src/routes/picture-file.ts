/** A picture that fal has made, as the client asked for its file. */
import { convertPicture, pictureFormat, pictureSize, pictureType } from "../formats/picture.ts";
import type { Endpoint } from "../models/catalog.ts";
import type { Picture } from "../models/output.ts";
import type { Handout } from "./links.ts";

/** What a client says of the file. */
export interface AskedFile {
  output_format?: string;
  output_compression?: number;
}

export interface PictureFile {
  body: AsyncIterable<Uint8Array>;
  /** As the client names it: `png`. */
  format: string;
}

/**
 * The file as it comes, or made anew where it is not of the kind, or not compressed, as asked. Of a
 * stage on the way to a picture no endpoint is known, and none is compressed.
 */
export async function pictureFile(
  picture: Picture,
  asked: AskedFile,
  endpoint: Endpoint | undefined,
  { open }: Pick<Handout, "open">,
  signal: AbortSignal,
): Promise<PictureFile> {
  const file = await open(picture.url, signal);
  const format = formatOf(picture) ?? file.contentType.replace("image/", "");
  const wanted = pictureFormat(asked.output_format) ?? pictureFormat(format);
  const squeezed = endpoint !== undefined && squeezes(asked, endpoint) && wanted !== "png";
  if (!wanted || (wanted === pictureFormat(format) && !squeezed)) {
    return { body: file.body, format: pictureFormat(format) ?? format };
  }
  const bytes = Buffer.concat(await Array.fromAsync(file.body));
  const made = pictureFormat(pictureType(bytes));
  if (!made || (made === wanted && !squeezed)) return { body: once(bytes), format: made ?? format };
  return {
    body: once(await convertPicture(bytes, wanted, asked.output_compression)),
    format: wanted,
  };
}

/** The link to the file as it was asked for: made anew where falgate keeps files, else fal's own. */
export async function pictureLink(
  picture: Picture,
  asked: AskedFile,
  endpoint: Endpoint,
  made: Handout,
  signal: AbortSignal,
): Promise<string> {
  const wanted = pictureFormat(asked.output_format);
  const other = wanted !== undefined && wanted !== formatOf(picture);
  if (!made.put || !(other || squeezes(asked, endpoint))) return made.link(picture.url);
  const { format, body } = await pictureFile(picture, asked, endpoint, made, signal);
  return made.put({ contentType: `image/${format}`, body });
}

/** In words, what fal's links lead to that is not what was asked for. */
export function notMade(
  pictures: readonly Picture[],
  asked: AskedFile,
  { put }: Handout,
): string[] {
  if (put) return [];
  const wanted = pictureFormat(asked.output_format);
  const made = pictures.map(formatOf).find((format) => format !== wanted);
  return wanted && made ? [`output_format ${wanted} became ${made}: only base64 is converted`] : [];
}

export { pictureSize };

/** The model has no word for it, so it has not been done yet. */
const squeezes = ({ output_compression }: AskedFile, { input }: Endpoint) =>
  output_compression !== undefined && output_compression < 100 && !input.output_compression;

function formatOf({ content_type, url }: Picture): string | undefined {
  const ending = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1];
  return pictureFormat(content_type) ?? pictureFormat(ending);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
