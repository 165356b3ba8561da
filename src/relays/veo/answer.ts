/** The VEO relay's answers: to a creation, and to a query. */
import { type Static, Type } from "@sinclair/typebox";
import { isOver, type Task } from "../../generation/task.ts";
import { Failure, failureOf } from "../failure.ts";
import { VEO_STATUSES, veoStatus } from "./status.ts";

const Status = Type.String({ enum: [...VEO_STATUSES], description: "What goes on right now." });
const Updated = Type.Integer({
  description: "When the status last changed: milliseconds since 1970.",
});

export const VideoCreated = Type.Object(
  { id: Type.String(), status: Status, status_update_time: Updated },
  { description: "The video is on its way" },
);

export const VideoQueried = Type.Object(
  {
    id: Type.String(),
    status: Status,
    video_url: Type.Union([Type.String(), Type.Null()], {
      description: "Where the video lies, once it is finished.",
    }),
    enhanced_prompt: Type.String({
      description: "The prompt as the model gets it: in English where that was asked for.",
    }),
    status_update_time: Updated,
    error: Type.Optional(Failure),
  },
  { description: "How far the video is" },
);
export type VideoQueried = Static<typeof VideoQueried>;

export const created = (task: Task): Static<typeof VideoCreated> => ({
  id: task.id,
  status: veoStatus(task),
  status_update_time: task.updatedAt,
});

/** `link`: of the finished video, as it is handed out. */
export function queried(task: Task, link: string | undefined): VideoQueried {
  const { enhancedPrompt } = task;
  const error = failureOf(task);
  const prompt = "prompt" in task.request ? task.request.prompt : "";
  return {
    id: task.id,
    status: veoStatus(task),
    video_url: isOver(task) ? (link ?? null) : null,
    enhanced_prompt: enhancedPrompt ?? prompt ?? "",
    status_update_time: task.updatedAt,
    ...(error && { error }),
  };
}
