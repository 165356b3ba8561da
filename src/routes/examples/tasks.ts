/** Tasks as the documentation shows them: just begun, under way, and at their end. */
import type { TSchema } from "@sinclair/typebox";
import type { Examples } from "../../http/answers.ts";
import { TaskAnswer } from "../../openai/task.ts";

const PROMPT = "A lighthouse at dusk, oil on canvas";
const LINK = "https://v3.fal.media/files/penguin/lighthouse.png";
const BEGUN_AT = 1789000000;

const BEGUN = {
  id: "task_5f0c1f6de4a94f0fb7a3f1f4a1c9e2d0",
  object: "task",
  kind: "image",
  model: "flux-dev",
  status: "queued",
  progress: 0,
  created_at: BEGUN_AT,
  completed_at: null,
  expires_at: null,
  prompt: PROMPT,
  media: [],
  error: null,
} as const;

const DONE = {
  ...BEGUN,
  status: "completed",
  progress: 100,
  completed_at: BEGUN_AT + 4,
  expires_at: BEGUN_AT + 604_804,
  media: [{ url: LINK, content_type: "image/png", width: 1024, height: 768 }],
} as const;

const FAILED = {
  ...BEGUN,
  status: "failed",
  progress: 12,
  completed_at: BEGUN_AT + 3,
  expires_at: BEGUN_AT + 604_803,
  error: {
    message: "The request was refused by the model's content policy.",
    type: "invalid_request_error",
    param: null,
    code: "content_policy_violation",
  },
} as const;

export const TASKS: Examples = {
  Completed: {
    ...DONE,
    result: { created: BEGUN_AT + 4, model: "flux-dev", data: [{ url: LINK }] },
  },
  "Under way": { ...BEGUN, status: "running", progress: 34 },
  "In the queue": { ...BEGUN, status: "running", progress: 6, queue_position: 2 },
  Failed: FAILED,
};

export const TASK_PAGE: Examples = {
  "A page": {
    object: "list",
    data: [DONE, FAILED],
    first_id: DONE.id,
    last_id: FAILED.id,
    has_more: false,
  },
};

export const CANCELLED: Examples = {
  Cancelled: { ...BEGUN, status: "cancelled", progress: 6, completed_at: BEGUN_AT + 2 },
};

/** The first bytes of a file of that kind. */
const bytes = (begins: string) => ({
  schema: { type: "string" as const, format: "binary" },
  examples: { "The beginning of the file": { value: begins } },
});

export const CONTENT = {
  description: "The file, or the answer",
  content: {
    "video/mp4": bytes("ftypisom…"),
    "audio/mpeg": bytes("ID3…"),
    "text/plain": {
      schema: { type: "string" as const },
      examples: { "A transcript": { value: "The keeper lit the lamp at dusk." } },
    },
  },
};

const { description: _, ...schema }: TSchema = TaskAnswer;

/** The answer of a route that was asked with `async`. */
export const TASK_BEGUN = {
  description: "With `async`: the task, whose answer is to be asked for later",
  headers: {
    location: { description: "Where it is.", schema: { type: "string" as const } },
  },
  content: { "application/json": { schema, examples: { "A task": { value: BEGUN } } } },
};
