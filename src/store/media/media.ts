/** Kept pictures, videos and sounds: whole or not there, under names that nobody can guess. */

/** A file as it was kept. */
export interface KeptFile {
  /** Its name, unguessable, with the ending of its type: `9rX…kQ.mp4`. */
  name: string;
  bytes: number;
  contentType: string;
}

export interface Source {
  contentType: string;
  body: AsyncIterable<Uint8Array>;
}

export interface Range {
  /** First and last byte, inclusive. */
  from: number;
  to: number;
}

export interface OpenFile {
  bytes: number;
  contentType: string;
  /** The file, or a part of it, as a stream. */
  read(range?: Range): ReadableStream<Uint8Array> | Blob;
}

export interface MediaStore {
  /** Streams a file in; it is there once this resolves, and nothing of it is if it rejects. */
  put(source: Source): Promise<KeptFile>;
  open(name: string): Promise<OpenFile | undefined>;
  /** A link of the store's own, where it has such; otherwise falgate serves the file itself. */
  link(name: string): string | undefined;
  remove(name: string): Promise<void>;
  /** Drops what is older than `age` ms, and the oldest beyond `size` bytes. Resolves to the number. */
  sweep(now: number, limits: { age: number; size: number }): Promise<number>;
}

/** The types that models make, by the ending that a kept file bears. */
const ENDINGS: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
  mp4: "video/mp4",
  webm: "video/webm",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  opus: "audio/opus",
  flac: "audio/flac",
  aac: "audio/aac",
  m4a: "audio/mp4",
  json: "application/json",
  glb: "model/gltf-binary",
};

const SAME: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "audio/mp3": "audio/mpeg",
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
};

/** 160 random bits and an ending. */
export function newName(contentType: string): string {
  const plain = contentType.split(";")[0]!.trim().toLowerCase();
  const type = SAME[plain] ?? plain;
  const ending = Object.keys(ENDINGS).find((key) => ENDINGS[key] === type) ?? "bin";
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString("base64url");
  return `${random}.${ending}`;
}

const NAME = /^[\w-]{27}\.[a-z0-9]{2,4}$/;

/** Whether a name is of the form that `newName` gives: nothing else is ever looked for. */
export const isName = (name: string) => NAME.test(name);

export function typeOf(name: string): string {
  return ENDINGS[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
