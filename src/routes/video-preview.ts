/** Previews of a finished video: the model's own, else its first picture, taken out once. */
import { outOfPatience } from "../generation/generation.ts";
import type { Task, TaskMedia, Tasks } from "../generation/task.ts";
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

/** What could not be taken out is tried again for the next client, so often in all. */
const TRIES = 3;

/** The ids of what takes out a video's first picture: named after the video, so each is made once. */
export const previewIds = (id: string) =>
  Array.from({ length: TRIES }, (_, index) => `${id}-thumbnail${index === 0 ? "" : index + 1}`);

/** Where such pictures are asked for. */
const ROUTE = "/v1/videos/{id}/content";

/** A task of its own: it costs, and survives a restart. */
async function firstFrame(
  video: Task,
  { url }: TaskMedia,
  tasks: Tasks,
  signal: AbortSignal,
  patience: number,
): Promise<TaskMedia> {
  const { owner, model, origin } = video;
  const [id, isNew] = await freeId(video, tasks);
  if (isNew) {
    const frame = {
      kind: "frame",
      request: { video: url },
      dialect: "preview",
      route: ROUTE,
    } as const;
    const task = { ...frame, id, owner, model, ...(origin === undefined ? {} : { origin }) };
    await tasks.create(task).catch(there);
  }
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(outOfPatience(patience)), patience);
  try {
    const over = await tasks.settled(owner, id, AbortSignal.any([signal, ending.signal]));
    const [picture] = over.media;
    if (over.state === "completed" && picture) return picture;
    throw failureOf(over);
  } finally {
    clearTimeout(timer);
  }
}

/** The first that has not failed before, or the last; and whether there is no such task yet. */
async function freeId({ id, owner }: Task, tasks: Tasks): Promise<[id: string, isNew: boolean]> {
  const ids = previewIds(id);
  for (const each of ids) {
    const known = await tasks.find(owner, each);
    if (!known) return [each, true];
    if (known.state !== "failed" && known.state !== "cancelled") return [each, false];
  }
  return [ids.at(-1)!, false];
}

/** Somebody else has just begun it. */
function there(error: unknown): void {
  if (!(error instanceof ApiError && error.code === "task_exists")) throw error;
}
