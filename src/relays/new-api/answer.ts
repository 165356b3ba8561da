/**
 * new-api's answers. It documents one form of a task (`dto/video.go`) and answers with another
 * (`dto/task.go`): clients of either find theirs.
 */
import { type Static, Type } from "@sinclair/typebox";
import { hasBegun, type Task } from "../../generation/task.ts";
import { enveloped, success } from "../envelope.ts";
import { Failure, failureOf } from "../failure.ts";
import { percent, TASK_STATUSES, taskStatus } from "../task-status.ts";

const STATUSES = ["queued", "in_progress", "succeeded", "failed"] as const;
const Status = Type.String({ enum: [...STATUSES] });
const Time = Type.Integer({ description: "Seconds since 1970; 0 for not yet." });

export const VideoSubmitted = Type.Object(
  {
    id: Type.String(),
    task_id: Type.String({ description: "The same id." }),
    object: Type.Literal("video"),
    model: Type.String(),
    status: Status,
    progress: Type.Integer(),
    created_at: Type.Integer({ description: "Seconds since 1970." }),
  },
  { description: "The video is on its way" },
);

const Envelope = enveloped(
  Type.Object({
    task_id: Type.String(),
    status: Type.String({ enum: [...TASK_STATUSES] }),
    fail_reason: Type.String(),
    result_url: Type.String({ description: "The same as `url`; empty until it is finished." }),
    progress: Type.String({ description: "`0%` to `100%`." }),
    submit_time: Time,
    finish_time: Time,
  }),
  "How far the video is",
);

export const VideoFetched = Type.Object(
  {
    task_id: Type.String(),
    status: Status,
    url: Type.Optional(Type.String({ description: "Where the finished video lies." })),
    format: Type.Optional(Type.String()),
    metadata: Type.Optional(
      Type.Object({
        duration: Type.Optional(Type.Number()),
        width: Type.Optional(Type.Integer()),
        height: Type.Optional(Type.Integer()),
      }),
    ),
    error: Type.Union([Failure, Type.Null()]),
    ...Envelope.properties,
  },
  { description: "How far the video is" },
);

const seconds = (ms: number | undefined) => (ms === undefined ? 0 : Math.floor(ms / 1000));

const WORDS = { SUCCESS: "succeeded", FAILURE: "failed" } as const;

function statusOf(task: Task): (typeof STATUSES)[number] {
  const word = taskStatus(task);
  if (word === "SUCCESS" || word === "FAILURE") return WORDS[word];
  return hasBegun(task) ? "in_progress" : "queued";
}

export const submitted = (task: Task): Static<typeof VideoSubmitted> => ({
  id: task.id,
  task_id: task.id,
  object: "video",
  model: task.model,
  status: statusOf(task),
  progress: task.progress,
  created_at: seconds(task.createdAt),
});

/** `link`: of the finished video, as it is handed out. */
export function fetched(task: Task, link: string | undefined): Static<typeof VideoFetched> {
  const status = statusOf(task);
  const failure = failureOf(task);
  const url = status === "succeeded" ? link : undefined;
  return {
    task_id: task.id,
    status,
    ...(url === undefined ? {} : { url, format: "mp4", metadata: shapeOf(task) }),
    error: failure ?? null,
    ...success({
      task_id: task.id,
      status: taskStatus(task),
      fail_reason: failure?.message ?? "",
      result_url: url ?? "",
      progress: percent(task),
      submit_time: seconds(task.createdAt),
      finish_time: seconds(task.completedAt),
    }),
  };
}

function shapeOf({ media: [video] }: Task) {
  const { duration, width, height } = video ?? {};
  const known = { duration, width, height };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}
