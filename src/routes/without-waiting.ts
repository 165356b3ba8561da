/** Generations that the client does not wait for: a task at once, in place of their answer. */
import { admitted } from "../accounts/principal.ts";
import type { TaskWork } from "../generation/task.ts";
import { neutral } from "../generation/tasks/neutral.ts";
import { createMaker, prefixed, type Unnamed } from "../generation/tasks/once.ts";
import { invalidRequest } from "../openai/error.ts";
import type { WithoutWaiting } from "../openai/task.ts";
import type { Deps } from "./deps.ts";
import { mediaLink } from "./links.ts";
import { priorityOf } from "./priority.ts";
import { repetitionOf } from "./repetition.ts";
import { routeOf } from "./route.ts";

/** Tasks of this dialect carry what the route would have answered. */
export const ASYNC = "async";

export type Errand = TaskWork & {
  model: string;
  /** What the answer depends on besides the generation. JSON. */
  view: Readonly<Record<string, unknown>>;
  /** Everything that the client said: what makes two requests the same. */
  said: unknown;
  callbackUrl?: string | undefined;
};

/**
 * Whether the client asks for that: `async: true`, or `Prefer: respond-async` (RFC 7240), which is a
 * wish only and gives way to a stream. Throws 400 where a stream was asked for as well, and for a
 * `callback_url` of a client that waits.
 */
export function asksNotToWait(
  { headers }: Request,
  { async: asked, callback_url }: WithoutWaiting,
  streams: boolean,
): boolean {
  if (asked === true && streams) {
    throw invalidRequest("A stream is waited for: leave out 'stream' or 'async'.", "async");
  }
  const wishes = (headers.get("prefer") ?? "").split(",").map((wish) => wish.split(";")[0]!.trim());
  const without = asked ?? (!streams && wishes.some((wish) => /^respond-async$/i.test(wish)));
  if (!without && callback_url !== undefined) {
    const message = "Whoever waits is not called back: give 'callback_url' along with 'async'.";
    throw invalidRequest(message, "callback_url");
  }
  return without;
}

/** Answers 202 with the task; the same task where the client repeats itself. */
export function withoutWaiting(deps: Pick<Deps, "tasks" | "originOf" | "mediaStore">) {
  const maker = createMaker(deps.tasks, prefixed("task_"));

  return async (request: Request, { said, ...errand }: Errand): Promise<Response> => {
    const origin = deps.originOf(request);
    const owner = admitted(request).id;
    const route = routeOf(request);
    const own = { owner, route, origin, dialect: ASYNC, ...priorityOf(request) };
    const made = { ...errand, ...own } as Unnamed;
    const task = await maker.create(made, repetitionOf(request, said));
    const location = `${origin}/v1/tasks/${task.id}`;
    return Response.json(neutral(task, mediaLink(deps, request)), {
      status: 202,
      headers: { location, "preference-applied": "respond-async" },
    });
  };
}
