/** Small files of every kind that a client may send: pictures, sounds, and what is neither. */

/** One pixel, enlarged: 64 by 48. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const picture = () => new Bun.Image(pixel).resize(64, 48);

export const PNG = await picture().png().bytes();
export const JPEG = await picture().jpeg().bytes();
export const WEBP = await picture().webp().bytes();

export type Named = readonly [bytes: Uint8Array | string, name: string, type?: string];

const file = ([bytes, name, type = ""]: Named) =>
  new File([bytes as Uint8Array<ArrayBuffer>], name, { type });

let count = 0;

/** No two are the same: falgate sends the same bytes to fal once. */
const distinct = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from(`#${++count}`)]);

export const png = () => file([distinct(PNG), "a cat.png", "image/png"]);
export const jpeg = () => file([distinct(JPEG), "blob", "application/octet-stream"]);
export const webp = () => file([distinct(WEBP), "c.webp", "image/webp"]);

/** A form of these fields, in order; a list of files or texts under one name is that name repeated. */
export function form(fields: Record<string, unknown>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) made.append(name, one as string);
  }
  return made;
}

/** A WAV of silence. */
export function wav(seconds: number, rate = 24_000): Uint8Array<ArrayBuffer> {
  const size = Math.round(seconds * rate) * 2;
  const bytes = Buffer.alloc(44 + size);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + size, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(size, 40);
  return bytes;
}

export const wavFile = (seconds: number) => file([wav(seconds), "said.wav", "audio/wav"]);

export const named = (...given: Named) => file(given);
