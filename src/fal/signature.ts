/** What a file is, told from its first bytes. */

interface Magic {
  type: string;
  at: number;
  bytes: string;
}

const MAGICS: readonly Magic[] = [
  { type: "image/png", at: 0, bytes: "\x89PNG" },
  { type: "image/jpeg", at: 0, bytes: "\xff\xd8\xff" },
  { type: "image/gif", at: 0, bytes: "GIF8" },
  { type: "image/webp", at: 8, bytes: "WEBP" },
  { type: "image/avif", at: 4, bytes: "ftypavif" },
  { type: "image/heic", at: 4, bytes: "ftypheic" },
  { type: "image/heic", at: 4, bytes: "ftypheix" },
  { type: "image/heif", at: 4, bytes: "ftypmif1" },
  { type: "image/bmp", at: 0, bytes: "BM" },
  { type: "image/tiff", at: 0, bytes: "II*\0" },
  { type: "image/tiff", at: 0, bytes: "MM\0*" },
  { type: "audio/mp4", at: 4, bytes: "ftypM4A" },
  { type: "video/mp4", at: 4, bytes: "ftyp" },
  { type: "video/webm", at: 0, bytes: "\x1aE\xdf\xa3" },
  { type: "video/x-msvideo", at: 8, bytes: "AVI " },
  { type: "audio/wav", at: 8, bytes: "WAVE" },
  { type: "audio/mpeg", at: 0, bytes: "ID3" },
  { type: "audio/mpeg", at: 0, bytes: "\xff\xfb" },
  { type: "audio/mpeg", at: 0, bytes: "\xff\xf3" },
  { type: "audio/ogg", at: 0, bytes: "OggS" },
  { type: "audio/flac", at: 0, bytes: "fLaC" },
];

/** As many bytes as are looked at. */
export const SIGNATURE_BYTES = 16;

/** The media type of a picture, film or sound; nothing for what is none. */
export function typeOfBytes(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, SIGNATURE_BYTES)).toString("latin1");
  return MAGICS.find(({ at, bytes }) => head.startsWith(bytes, at))?.type;
}
