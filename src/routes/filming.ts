/** Videos as the relays ask for them: durable tasks, made under an id of the dialect's own form. */
import { admitted } from "../accounts/principal.ts";
import type { Task } from "../generation/task.ts";
import { createMaker, type IdOf, type Unnamed } from "../generation/tasks/once.ts";
import { trace } from "../http/trace.ts";
import { ApiError } from "../openai/error.ts";
import type { Wanted } from "../relays/fields.ts";
import type { Deps } from "./deps.ts";
import { mediaLink } from "./links.ts";
import { adjustments } from "./pictures.ts";
import { priorityOf } from "./priority.ts";
import { repetitionOf } from "./repetition.ts";
import { routeOf } from "./route.ts";

/** Statuses that a creation may fail with. */
export const CREATING = [400, 401, 402, 403, 404, 413, 422, 429, 503];

export interface Dialect {
  /** Whose routes answer for the task: to any other it does not exist. */
  name: string;
  id: IdOf;
}

/**
 * Begins it, or finds the one that the client began with the same request before; `said` is everything
 * that the client said. Rejects with ApiError, 400 or 404 with the parameter named, and then nothing is
 * submitted.
 */
export type Begin = (request: Request, wanted: Wanted, said: unknown) => Promise<Task>;

export function beginner({ tasks, originOf }: Deps, { name, id }: Dialect): Begin {
  const maker = createMaker(tasks, id);
  return async (request, wanted, said) => {
    trace(request).model = wanted.model;
    const owner = admitted(request).id;
    const asked = { route: routeOf(request), origin: originOf(request), ...priorityOf(request) };
    const own = { dialect: name, owner, ...asked };
    return maker.create({ ...wanted, ...own } as Unnamed, repetitionOf(request, said));
  };
}

/** The caller's own task of that dialect; any other is a 404 that says no more than that. */
export async function found(
  { tasks }: Deps,
  request: Request,
  { name }: Pick<Dialect, "name">,
  { id, param }: { id: string; param: string },
): Promise<Task> {
  const task = await tasks.find(admitted(request).id, id);
  if (task?.dialect === name) return task;
  throw new ApiError(404, "There is no such task.", "invalid_request_error", {
    param,
    code: "task_not_found",
  });
}

/** What a dialect's builder makes of a task, with what was approximated for it in the headers. */
export function told(
  deps: Deps,
  request: Request,
  task: Task,
  build: (task: Task, link: string | undefined) => object,
): Response {
  const link = task.media[0] && mediaLink(deps, request)(task.media[0]);
  return Response.json(build(task, link), { headers: adjustments(task.adjusted ?? []) });
}
