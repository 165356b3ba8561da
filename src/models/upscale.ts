/** What enlarges a video that is finished. */
import type { Endpoint } from "./catalog.ts";
import { modality } from "./modality.ts";
import type { Dictionary } from "./resolve.ts";

/** Best first; the later ones serve once fal has retired the earlier. */
const UPSCALERS = [
  "fal-ai/topaz/upscale/video",
  "fal-ai/seedvr/upscale/video",
  "fal-ai/bytedance-upscaler/upscale/video",
  "fal-ai/flashvsr/upscale/video",
  "fal-ai/video-upscaler",
] as const;

/** Those that are known and need nothing but the video. */
export function videoUpscalers(dictionary: Dictionary): readonly Endpoint[] {
  return UPSCALERS.flatMap((id) => dictionary.resolve(id)?.endpoints ?? []).filter(
    (endpoint) => modality(endpoint) === "upscale" && endpoint.input.video_url?.required,
  );
}
