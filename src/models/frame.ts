/** What takes one picture out of a video that is finished. */
import type { Endpoint } from "./catalog.ts";
import { fitDefaults } from "./fit/extra.ts";
import type { Dictionary } from "./resolve.ts";

/** Best first; the later ones serve once fal has retired the earlier. */
const EXTRACTORS = [
  "fal-ai/ffmpeg-api/extract-frame",
  "fal-ai/workflow-utilities/extract-nth-frame",
] as const;

/** The first picture, in the words of each: an endpoint gets only the fields that it has. */
const FIRST = { frame_type: "first", max_frames: 1 } as const;

/** Those that are known and need nothing but the video. */
export function frameExtractors(dictionary: Dictionary): readonly Endpoint[] {
  return EXTRACTORS.flatMap((id) => dictionary.resolve(id)?.endpoints ?? []);
}

/** The input that gives the video's first picture. */
export function firstFrame(video: string, endpoint: Endpoint): Record<string, unknown> {
  return { ...fitDefaults(FIRST, endpoint), video_url: video };
}
