/** The VEO relay's status words, each where it is true; they only move forward. */
import { hasBegun, type Task } from "../../generation/task.ts";

export const VEO_STATUSES = [
  "pending",
  "image_downloading",
  "video_generating",
  "video_generation_completed",
  "video_generation_failed",
  "video_upsampling",
  "video_upsampling_completed",
  "video_upsampling_failed",
  "completed",
  "failed",
  "error",
] as const;
export type VeoStatus = (typeof VEO_STATUSES)[number];

export function veoStatus(task: Task): VeoStatus {
  const { state, media, upsample, upsampleFailed } = task;
  switch (state) {
    case "queued":
      return "pending";
    case "preparing":
      return takesPictures(task) ? "image_downloading" : "pending";
    case "running":
      if (media.length > 0) return "video_generation_completed";
      // Pictures that were fetched are not fetched again: there is no way back to `pending`.
      return hasBegun(task) || takesPictures(task) ? "video_generating" : "pending";
    case "upsampling":
      return "video_upsampling";
    case "keeping":
      // That the second stage failed is told once the first one's video can be had.
      if (upsampleFailed) return "video_upsampling";
      return upsample ? "video_upsampling_completed" : "video_generation_completed";
    case "completed":
      return upsampleFailed ? "video_upsampling_failed" : "completed";
    case "cancelled":
      return media.length > 0 ? "video_upsampling_failed" : "failed";
    case "failed":
      return failure(task);
  }
}

/** Codes of what is neither the request's fault nor the model's verdict. */
const GATEWAYS: ReadonlySet<string> = new Set([
  "insufficient_quota",
  "internal_error",
  "outcome_unknown",
  "upstream_key_refused",
]);

/** `failed` before anything was generated, `video_generation_failed` by the model's verdict. */
function failure({ error, failedIn }: Task): VeoStatus {
  if (GATEWAYS.has(error?.code ?? "")) return "error";
  return failedIn === "running" ? "video_generation_failed" : "failed";
}

const takesPictures = ({ kind, request }: Task) =>
  kind === "video" && (request.images?.length ?? 0) > 0;
