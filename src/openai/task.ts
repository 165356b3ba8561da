/** What falgate's routes take and give beyond OpenAI's: generations that nobody waits for. */
import { type Static, Type } from "@sinclair/typebox";

export const callbackUrl = Type.Optional(
  Type.String({
    description:
      "Called once at the end, with the task as its body, signed as Standard Webhooks has it.",
    pattern: "^https?://",
    expects: "it must be an http or https URL",
  }),
);

/** The parameters of every route that can answer with a task. */
export const withoutWaiting = {
  async: Type.Optional(
    Type.Boolean({
      description:
        "Answer at once, with a task to be asked for under `/v1/tasks`. The header `Prefer: respond-async` says the same.",
    }),
  ),
  callback_url: callbackUrl,
};

export interface WithoutWaiting {
  async?: boolean;
  callback_url?: string;
}

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const time = (description: string) => nullable(Type.Integer({ description }));

export const TASK_STATES = [
  "queued",
  "preparing",
  "running",
  "upsampling",
  "keeping",
  "completed",
  "failed",
  "cancelled",
] as const;

export const TaskAnswer = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("task"),
    kind: Type.String({
      description: "`image`, `edit`, `variation`, `video`, `frame`, `speech` or `transcription`.",
    }),
    model: Type.String({ description: "The model as it was asked for." }),
    status: Type.Union(
      TASK_STATES.map((word) => Type.Literal(word)),
      { description: "In this order, some left out; a task ends as one of the last three." },
    ),
    progress: Type.Integer({ description: "0 to 100; it never falls." }),
    created_at: Type.Integer({ description: "Unix time in seconds." }),
    completed_at: time("When it came to its end."),
    expires_at: time("When it will be forgotten."),
    prompt: Type.Optional(Type.String()),
    queue_position: Type.Optional(Type.Integer({ description: "Requests before it at fal." })),
    cancelling: Type.Optional(Type.Boolean({ description: "fal has not confirmed its end yet." })),
    media: Type.Array(
      Type.Object({ url: Type.String() }, { additionalProperties: true, description: "A file" }),
    ),
    error: nullable(
      Type.Object({
        message: Type.String(),
        type: Type.String(),
        param: nullable(Type.String()),
        code: nullable(Type.String()),
      }),
    ),
    result: Type.Optional(
      Type.Unknown({
        description:
          "Once it is completed: what the route would have answered to a client that waits. Not in lists.",
      }),
    ),
  },
  { description: "The task", additionalProperties: true },
);

export const TaskList = Type.Object(
  {
    object: Type.Literal("list"),
    data: Type.Array(TaskAnswer),
    first_id: nullable(Type.String()),
    last_id: nullable(Type.String({ description: "`after` of the next page." })),
    has_more: Type.Boolean(),
  },
  { description: "A page of tasks" },
);

const ORDERS = ["asc", "desc"] as const;

/** A page of videos or tasks, as OpenAI's lists are asked for. */
export const PageQuery = Type.Object({
  after: Type.Optional(Type.String({ description: "The last id of the page before." })),
  limit: Type.Optional(
    Type.Integer({
      description: "How many; 20 unless it says otherwise.",
      minimum: 1,
      maximum: 100,
      expects: "it must be a whole number from 1 to 100",
    }),
  ),
  order: Type.Optional(
    Type.Unsafe<(typeof ORDERS)[number]>(
      Type.Union(
        ORDERS.map((word) => Type.Literal(word)),
        { description: "By creation; the latest first unless it says `asc`.", enum: [...ORDERS] },
      ),
    ),
  ),
});
export type PageQuery = Static<typeof PageQuery>;
