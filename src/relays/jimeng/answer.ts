/** The Jimeng relay's answers: a task's id, and how far it is. */
import { Type } from "@sinclair/typebox";
import type { Task } from "../../generation/task.ts";
import { enveloped, success } from "../envelope.ts";
import { failureOf } from "../failure.ts";
import { percent, TASK_STATUSES, taskStatus } from "../task-status.ts";

const Status = Type.String({ enum: [...TASK_STATUSES] });

export const JimengSubmitted = enveloped(
  Type.String({ description: "The task's id." }),
  "The video is on its way",
);

export const JimengFetched = enveloped(
  Type.Object({
    task_id: Type.String(),
    status: Status,
    fail_reason: Type.String({ description: "Why there is no video; empty unless it failed." }),
    progress: Type.String({ description: "`0%` to `100%`." }),
    data: Type.Object({
      video: Type.String({ description: "Where the video lies; empty until it is finished." }),
      status: Status,
    }),
  }),
  "How far the video is",
);

export const submitted = (task: Task) => success(task.id);

/** `link`: of the finished video, as it is handed out. */
export function fetched(task: Task, link: string | undefined) {
  const status = taskStatus(task);
  return success({
    task_id: task.id,
    status,
    fail_reason: failureOf(task)?.message ?? "",
    progress: percent(task),
    data: { video: status === "SUCCESS" ? (link ?? "") : "", status },
  });
}
