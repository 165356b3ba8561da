/** Kept media in a bucket, with links that the bucket itself serves. */
import { S3Client } from "bun";
import { isName, type MediaStore, newName, typeOf } from "./media.ts";

export interface S3Options {
  /** `s3://bucket/prefix`. Keys, region and endpoint come from the usual variables. */
  url: string;
  /** Seconds that a link lives; seven days are the most that S3 signs. */
  lifetime: number;
  /** For tests; by default from S3_* or AWS_* variables. */
  client?: S3Client;
}

/** S3 counts parts of at least 5 MiB: so much of one file is in memory at once. */
const PART_SIZE = 5 * 1024 * 1024;

export function createS3Media({ url, lifetime, client }: S3Options): MediaStore {
  const { host: bucket, pathname } = new URL(url);
  const prefix = pathname.replace(/^\/+|\/+$/g, "");
  const s3 = client ?? new S3Client({ bucket });
  const keyOf = (name: string) => (prefix === "" ? name : `${prefix}/${name}`);

  return {
    async put({ contentType, body }) {
      const name = newName(contentType);
      const file = s3.file(keyOf(name));
      const writer = file.writer({
        type: typeOf(name),
        partSize: PART_SIZE,
        queueSize: 1,
        retry: 3,
      });
      let bytes = 0;
      try {
        for await (const chunk of body) {
          bytes += chunk.length;
          writer.write(chunk);
          await writer.flush();
        }
        await writer.end();
      } catch (error) {
        await file.delete().catch(() => {}); // What was begun may not be there; it has no name yet.
        throw error;
      }
      return { name, bytes, contentType: typeOf(name) };
    },

    async open(name) {
      if (!isName(name)) return undefined;
      const file = s3.file(keyOf(name));
      const found = await file.stat().catch(() => undefined);
      if (!found) return undefined;
      return {
        bytes: found.size,
        contentType: typeOf(name),
        read: (range) => (range ? file.slice(range.from, range.to + 1) : file).stream(),
      };
    },

    link: (name) => s3.presign(keyOf(name), { expiresIn: lifetime, method: "GET" }),

    async remove(name) {
      if (isName(name)) await s3.file(keyOf(name)).delete();
    },

    // A bucket has lifecycle rules of its own, which cost nothing and need nobody to be running.
    sweep: async () => 0,
  };
}
