/** A task as it is written down, and back. */
import type { TaskRecord } from "../../store/tasks/task.ts";
import type { TaskChange } from "../../store/tasks/tasks.ts";
import { type NewTask, rankOf, type Task, type TaskKind } from "../task.ts";

/** What was asked for, besides what the store has columns for. */
type Request = Pick<
  NewTask,
  | "request"
  | "enhancePrompt"
  | "upsample"
  | "callbackUrl"
  | "route"
  | "origin"
  | "priority"
  | "view"
>;

/** What is known of it so far, besides that. */
export type Facts = Pick<
  Task,
  | "enhancedPrompt"
  | "upsampleFailed"
  | "media"
  | "result"
  | "adjusted"
  | "units"
  | "error"
  | "failedIn"
> & {
  /** Its files are uploaded and its prompt is final. */
  prepared?: true;
};

/** A task while it is worked on. */
export type Working = Task & Pick<Facts, "prepared">;

export function recordOf(task: NewTask, now: number): TaskRecord {
  const { id, owner, dialect, kind, model } = task;
  return {
    ...{ id, owner, dialect, kind, model },
    state: "queued",
    rank: rankOf("queued"),
    progress: 0,
    createdAt: now,
    updatedAt: now,
    completedAt: null,
    expiresAt: null,
    cancelAsked: false,
    hidden: false,
    callback: task.callbackUrl === undefined ? "none" : "waiting",
    callbackAt: null,
    callbackTries: 0,
    once: task.once ?? null,
    request: requestOf(task),
    facts: { media: [] } satisfies Facts,
  };
}

function requestOf(task: NewTask): Request {
  const { request, enhancePrompt, upsample, callbackUrl, route, origin, priority, view } = task;
  const said = { enhancePrompt, upsample, callbackUrl, route, origin, priority, view };
  return { request, ...defined(said) };
}

export function workingOf(record: TaskRecord): Working {
  const { id, owner, dialect, model, state, progress, createdAt, updatedAt } = record;
  const times = { completedAt: record.completedAt, expiresAt: record.expiresAt };
  return {
    ...(record.request as Request),
    ...(record.facts as Facts),
    ...{ id, owner, dialect, model, progress, createdAt, updatedAt },
    ...defined(times),
    kind: record.kind as TaskKind,
    state: state as Task["state"],
    ...(record.cancelAsked && record.completedAt === null ? { cancelling: true } : {}),
  } as Working;
}

/** What others may see. */
export function taskOf(record: TaskRecord): Task {
  return shown(workingOf(record));
}

export function shown({ prepared: _, ...task }: Working): Task {
  return task as Task;
}

export function changeOf(task: Working): TaskChange {
  const { enhancedPrompt, upsampleFailed, media, result, adjusted, units } = task;
  const { error, failedIn, prepared } = task;
  const made = { enhancedPrompt, upsampleFailed, result, adjusted, units };
  return {
    id: task.id,
    state: task.state,
    rank: rankOf(task.state),
    progress: task.progress,
    updatedAt: task.updatedAt,
    request: requestOf(task),
    facts: { media, ...defined({ ...made, error, failedIn, prepared }) },
    completedAt: task.completedAt ?? null,
    expiresAt: task.expiresAt ?? null,
  };
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined | null> };

function defined<T extends object>(fields: T): Defined<T> {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(there) as Defined<T>;
}
