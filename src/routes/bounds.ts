/** How large a body may be that only streams through. */
import type { Config } from "../config.ts";
import { tooLarge } from "../http/body.ts";
import type { Bounds } from "../native/body.ts";

export function uploadBounds({ maxUploadSize }: Config): Bounds {
  return { limit: maxUploadSize * 1e6, tooLarge };
}
