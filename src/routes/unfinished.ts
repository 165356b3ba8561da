/** A task that is asked for and is not there, or not there yet. */
import type { Task } from "../generation/task.ts";
import { ApiError } from "../openai/error.ts";

/** 404 for one that is not there, or not the caller's. */
export const unknownTask = (id: string) =>
  new ApiError(404, `There is no task '${id}'.`, "invalid_request_error", {
    param: "id",
    code: "task_not_found",
  });

export const unknownVideo = (id: string) =>
  new ApiError(404, `There is no video '${id}'.`, "invalid_request_error", {
    param: "video_id",
    code: "video_not_found",
  });

/** 400, which no client repeats by itself: it is to be asked for again when it is over. */
export const unfinished = ({ id, progress }: Pick<Task, "id" | "progress">) =>
  new ApiError(400, `'${id}' is not finished yet: ${progress} %.`, "invalid_request_error", {
    param: "id",
    code: "not_finished",
  });
