/** Which store a setting means. */
import { join } from "node:path";
import { createDiskMedia } from "./disk.ts";
import type { MediaStore } from "./media.ts";
import { createS3Media } from "./s3.ts";

export interface MediaSetting {
  /** `none`, `disk` or `s3://bucket/prefix`. */
  mediaStore: string;
  /** Folder that the disk's files are kept below. */
  dir: string;
  /** Seconds that a bucket's link lives, where it may live so long. */
  lifetime: number;
}

/** Seven days: the most that S3 signs a link for (Signature Version 4). */
const LONGEST = 7 * 24 * 60 * 60;

/** Undefined where nothing is kept. */
export function openMediaStore({
  mediaStore,
  dir,
  lifetime,
}: MediaSetting): MediaStore | undefined {
  if (mediaStore === "none") return undefined;
  if (mediaStore === "disk") return createDiskMedia(join(dir, "media"));
  return createS3Media({ url: mediaStore, lifetime: Math.min(Math.ceil(lifetime), LONGEST) });
}
