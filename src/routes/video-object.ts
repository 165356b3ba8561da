/** A task as OpenAI's video object. */
import { hasBegun, isOver, type Task } from "../generation/task.ts";
import { failureOf } from "../generation/tasks/settled.ts";
import type { Video } from "../openai/videos/video.ts";

/** Tasks of this dialect answer under `/v1/videos`. */
export const OPENAI = "openai";

/** What of the request the object tells. JSON. */
export interface VideoView {
  /** As it was fitted to the model; the model decides where it is left out. */
  seconds?: string;
  /** `1280x720`, as it was asked for. */
  size?: string;
  remixedFrom?: string;
}

/** `link` is that of the finished video. */
export function videoObject(task: Task, link: string | undefined): Video {
  const { view, media, request } = task;
  const { seconds, size, remixedFrom }: VideoView = view ?? {};
  const [file] = media;
  const length = file?.duration === undefined ? "auto" : String(Math.round(file.duration));
  const pixels = file?.width && file.height ? `${file.width}x${file.height}` : "auto";
  const status = statusOf(task);
  return {
    id: task.id,
    object: "video",
    model: task.model,
    status,
    progress: task.progress,
    created_at: unix(task.createdAt)!,
    completed_at: unix(task.completedAt),
    expires_at: unix(task.expiresAt),
    error: status === "failed" ? errorOf(task) : null,
    prompt: "prompt" in request && request.prompt ? request.prompt : null,
    remixed_from_video_id: remixedFrom ?? null,
    seconds: seconds ?? length,
    size: size ?? pixels,
    ...(status === "completed" && link !== undefined ? { url: link } : {}),
  };
}

function statusOf(task: Task): Video["status"] {
  const { state } = task;
  if (state === "completed") return "completed";
  if (isOver(task)) return "failed";
  if (state === "upsampling" || state === "keeping") return "in_progress";
  return hasBegun(task) ? "in_progress" : "queued";
}

function errorOf(task: Task): Video["error"] {
  const { message, type, param, code } = failureOf(task);
  return { code: code ?? type, message, param, type };
}

const unix = (ms: number | undefined) => (ms === undefined ? null : Math.floor(ms / 1000));

/** Milliseconds after which to ask again: the longer it takes, the less often. */
export function pollAfter(task: Task, now: number): Record<string, string> {
  if (isOver(task)) return {};
  const age = now - task.createdAt;
  return { "openai-poll-after-ms": String(Math.round(Math.min(Math.max(age / 20, 500), 5000))) };
}
