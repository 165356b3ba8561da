/** Previews of a finished video: the model's own, else its first picture, taken out once. */
import { outOfPatience } from "../generation/generation.ts";
import type { NewTask, Task, TaskMedia, Tasks } from "../generation/task.ts";
import { failureOf } from "../generation/tasks/settled.ts";
import { preview } from "../models/output.ts";
import { ApiError, invalidRequest } from "../openai/error.ts";
import type { Variant } from "../openai/videos/params.ts";

/** The file of that variant. Rejects with ApiError where there is none and none can be made. */
export async function variantOf(
  task: Task,
  variant: Variant,
  { tasks, signal, patience }: { tasks: Tasks; signal: AbortSignal; patience: number },
): Promise<TaskMedia> {
  const [video] = task.media;
  if (!video) throw failureOf(task);
  if (variant === "video") return video;
  const [own] = (task.result ?? []).flatMap((output) => preview(output, variant) ?? []);
  if (own) return { url: own.url };
  if (variant === "thumbnail") return firstFrame(task, video, tasks, signal, patience);
  const message = `The model '${task.model}' makes no spritesheets: take the video or its thumbnail.`;
  throw invalidRequest(message, "variant", "unsupported_variant");
}

/** A picture that could not be taken out is tried again for the next client, so often. */
const TRIES = 3;

/** The ids of what takes out a video's first picture: named after the video, so each is made once. */
export const previewIds = (id: string) =>
  Array.from({ length: TRIES }, (_, index) => `${id}-thumbnail${index === 0 ? "" : index + 1}`);

/** A task of its own: it costs, and survives a restart. */
async function firstFrame(
  video: Task,
  { url }: TaskMedia,
  tasks: Tasks,
  signal: AbortSignal,
  patience: number,
): Promise<TaskMedia> {
  const { owner, model, origin } = video;
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(outOfPatience(patience)), patience);
  const either = AbortSignal.any([signal, ending.signal]);
  try {
    for (const [index, id] of previewIds(video.id).entries()) {
      const known = await tasks.find(owner, id);
      const frame = { kind: "frame", request: { video: url }, dialect: "preview" } as const;
      const made = { ...frame, id, owner, model, ...(origin === undefined ? {} : { origin }) };
      if (!known) await tasks.create(made satisfies NewTask).catch(there);
      const over = await tasks.settled(owner, id, either);
      if (over.state === "completed" && over.media[0]) return over.media[0];
      const failedBefore = known?.state === "failed" && index < TRIES - 1;
      if (!failedBefore) throw failureOf(over);
    }
    throw failureOf(video);
  } finally {
    clearTimeout(timer);
  }
}

/** Somebody else has just begun it. */
function there(error: unknown): void {
  if (!(error instanceof ApiError && error.code === "task_exists")) throw error;
}
