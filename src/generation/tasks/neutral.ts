/** A task as JSON that belongs to no dialect: what callbacks tell. */
import type { Task, TaskMedia } from "../task.ts";

/** The link under which a file is handed out. */
export type LinkOf = (media: TaskMedia, task: Task) => string;

const seconds = (ms: number | undefined) => (ms === undefined ? null : Math.floor(ms / 1000));

export function neutral(task: Task, linkOf: LinkOf = ({ url }) => url) {
  const { request, enhancedPrompt } = task;
  const prompt = "prompt" in request ? request.prompt : undefined;
  return {
    id: task.id,
    object: "task",
    kind: task.kind,
    model: task.model,
    status: task.state,
    progress: task.progress,
    created_at: seconds(task.createdAt),
    completed_at: seconds(task.completedAt),
    expires_at: seconds(task.expiresAt),
    ...(prompt === undefined ? {} : { prompt }),
    ...(enhancedPrompt === undefined ? {} : { enhanced_prompt: enhancedPrompt }),
    ...(task.upsampleFailed ? { upsample_failed: true } : {}),
    ...(task.queuePosition === undefined ? {} : { queue_position: task.queuePosition }),
    ...(task.cancelling ? { cancelling: true } : {}),
    media: task.media.map((media) => told(media, linkOf(media, task))),
    error: task.error ? errorOf(task.error) : null,
  };
}

function told(media: TaskMedia, url: string) {
  const { contentType, bytes, width, height, duration, revisedPrompt } = media;
  const known = { content_type: contentType, bytes, width, height, duration };
  const all = { ...known, revised_prompt: revisedPrompt };
  return {
    url,
    ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
  };
}

const errorOf = ({ message, type, param, code }: NonNullable<Task["error"]>) => ({
  ...{ message, type, param, code },
});
