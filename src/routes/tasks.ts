/** `/v1/tasks`: everything that was begun without waiting for it, by whichever route. */
import { Elysia } from "elysia";
import { admitted } from "../accounts/principal.ts";
import { isOver, type Task } from "../generation/task.ts";
import { neutral } from "../generation/tasks/neutral.ts";
import { failureOf } from "../generation/tasks/settled.ts";
import { answers } from "../http/answers.ts";
import { queryParameters, readQuery } from "../http/query.ts";
import { PageQuery, TaskAnswer, TaskList } from "../openai/task.ts";
import type { Deps } from "./deps.ts";
import { CANCELLED, CONTENT, TASK_PAGE, TASKS } from "./examples/tasks.ts";
import { mediaLink } from "./links.ts";
import { answerOf } from "./task-result.ts";
import { createTellings } from "./task-telling.ts";
import { unfinished, unknownTask } from "./unfinished.ts";

export function tasks(deps: Deps) {
  const { tasks } = deps;
  const tell = createTellings(deps);

  async function list(request: Request): Promise<Response> {
    const { after, limit = 20, order = "desc" } = readQuery(request, PageQuery);
    const page = await tasks.list(admitted(request).id, { after, limit, order });
    const link = mediaLink(deps, request);
    const data = page.tasks.map((task) => neutral(task, link));
    const [first, last] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
    const ids = { first_id: first, last_id: last };
    return Response.json({ object: "list", data, ...ids, has_more: page.hasMore });
  }

  async function own(request: Request): Promise<Task> {
    const id = idIn(request);
    const task = await tasks.find(admitted(request).id, id);
    if (!task) throw unknownTask(id);
    return task;
  }

  /** What is not there yet is no fault that a repetition would mend at once. */
  async function content(request: Request): Promise<Response> {
    const task = await own(request);
    const answer = answerOf(task, request, deps);
    if (answer) return answer;
    throw isOver(task) ? failureOf(task) : unfinished(task);
  }

  async function cancel(request: Request): Promise<Response> {
    const id = idIn(request);
    const task = await tasks.cancel(admitted(request).id, id);
    if (!task) throw unknownTask(id);
    return tell(task, request);
  }

  const secured = { security: [{ bearer: [] }] };
  const hidden = { detail: { hide: true } };
  const retrieve = async (request: Request) => tell(await own(request), request);

  return new Elysia({ prefix: "/v1/tasks", tags: ["Tasks"] })
    .get("/", ({ request }) => list(request), {
      detail: {
        parameters: queryParameters(PageQuery),
        operationId: "listTasks",
        summary: "List the tasks",
        description:
          "The key's own: what was asked for with `async`, and every video, whichever route it came by. Results are left out.",
        ...secured,
        responses: answers(TaskList, [400, 401], { examples: TASK_PAGE }),
      },
    })
    .get("/:id", ({ request }) => retrieve(request), {
      detail: {
        operationId: "retrieveTask",
        summary: "Ask how far a task is",
        description:
          "And for its `result` once it is completed: what the route would have answered to a client that waits. Asking is free.",
        ...secured,
        responses: answers(TaskAnswer, [401, 404], { examples: TASKS }),
      },
    })
    .get("/:id/content", ({ request }) => content(request), {
      detail: {
        operationId: "retrieveTaskContent",
        summary: "Fetch what a task has made",
        description:
          "The answer that a client which waits would have had: a sound's bytes, a transcript's text, pictures as JSON. Of a video the file, whole or in ranges.",
        ...secured,
        responses: { ...answers(TaskAnswer, [400, 401, 404, 410, 502]), 200: CONTENT },
      },
    })
    .delete("/:id", ({ request }) => cancel(request), {
      detail: {
        operationId: "cancelTask",
        summary: "Cancel a task",
        description:
          "Ends it where that is still possible. A task that is over stays as it is, and can still be asked for.",
        ...secured,
        responses: answers(TaskAnswer, [401, 404], { examples: CANCELLED }),
      },
    })
    .get(
      "/*",
      ({ request }) => (/\/content$/.test(request.url) ? content(request) : retrieve(request)),
      hidden,
    )
    .delete("/*", ({ request }) => cancel(request), hidden);
}

/** The id in the path, from the URL itself: a model's name in it may have slashes. */
function idIn({ url }: Request): string {
  const { pathname } = new URL(url);
  return decodeURIComponent(pathname.slice("/v1/tasks/".length).replace(/(\/content)?\/?$/, ""));
}
