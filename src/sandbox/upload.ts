/** Files that callers put into fal's storage, in memory, the oldest going when it is full. */

export interface Upload {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

const roomFor = 512 * 1024 * 1024;

export interface Uploads {
  put(path: string, upload: Upload): void;
  get(path: string): Upload | undefined;
  /** A part of a file that arrives in pieces. */
  putPart(path: string, number: number, bytes: Uint8Array): void;
  /** Joins the parts; false when one is missing. */
  complete(path: string, numbers: readonly number[], name: string, type: string): boolean;
  clear(): void;
}

export function createUploads(): Uploads {
  const files = new Map<string, Upload>();
  const parts = new Map<string, Map<number, Uint8Array>>();
  let used = 0;

  function put(path: string, upload: Upload) {
    used += upload.bytes.length - (files.get(path)?.bytes.length ?? 0);
    files.delete(path);
    files.set(path, upload);
    for (const [oldest, { bytes }] of files) {
      if (used <= roomFor || oldest === path) break;
      files.delete(oldest);
      used -= bytes.length;
    }
  }

  return {
    put,
    get: (path) => files.get(path),
    putPart(path, number, bytes) {
      const known = parts.get(path) ?? new Map<number, Uint8Array>();
      known.set(number, bytes);
      parts.set(path, known);
    },
    complete(path, numbers, name, type) {
      const known = parts.get(path);
      const pieces = numbers.map((number) => known?.get(number));
      if (pieces.length === 0 || pieces.includes(undefined)) return false;
      parts.delete(path);
      put(path, { name, type, bytes: Buffer.concat(pieces as Uint8Array[]) });
      return true;
    },
    clear() {
      files.clear();
      parts.clear();
      used = 0;
    },
  };
}
