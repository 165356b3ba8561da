/** Status words that new-api has for every kind of task, and the Jimeng relay with it. */
import { hasBegun, type Task } from "../generation/task.ts";

export const TASK_STATUSES = [
  "NOT_START",
  "SUBMITTED",
  "QUEUED",
  "IN_PROGRESS",
  "FAILURE",
  "SUCCESS",
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** `SUBMITTED` while pictures are looked at; `QUEUED` until fal begins. They only move forward. */
export function taskStatus(task: Task): TaskStatus {
  switch (task.state) {
    case "queued":
      return "NOT_START";
    case "preparing":
      return "SUBMITTED";
    case "running":
      return hasBegun(task) ? "IN_PROGRESS" : "QUEUED";
    case "upsampling":
    case "keeping":
      return "IN_PROGRESS";
    case "completed":
      return "SUCCESS";
    case "cancelled":
      return task.media.length > 0 ? "SUCCESS" : "FAILURE";
    case "failed":
      return "FAILURE";
  }
}

/** `40%`, as those relays write it. */
export const percent = ({ progress }: Task) => `${progress}%`;
