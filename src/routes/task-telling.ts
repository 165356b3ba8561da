/** A task as its owner reads it: the neutral form and, at the end, what its route would have answered. */
import { toApiError } from "../errors.ts";
import type { Task } from "../generation/task.ts";
import { neutral } from "../generation/tasks/neutral.ts";
import { jsonStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import type { Deps } from "./deps.ts";
import { mediaLink } from "./links.ts";
import { resultOf } from "./task-result.ts";

/** Results that are remembered: a file that was made anew behind a link is not made for every reader. */
const REMEMBERED = 1000;

type Told = ReturnType<typeof neutral>;

export function createTellings(deps: Deps) {
  const { log, originOf } = deps;
  const remembered = new Map<string, { text: string; headers: Headers }>();

  async function short(task: Task, request: Request, result: () => Promise<Response>) {
    const place = `${task.id} ${originOf(request)}`;
    const known = remembered.get(place);
    if (known) return known;
    const response = await result();
    const made = { text: await response.text(), headers: response.headers };
    remembered.set(place, made);
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
    return made;
  }

  async function whole(told: Told, task: Task, request: Request): Promise<Response> {
    const result = resultOf(task, request, deps);
    if (!result) return Response.json(told);
    // Pictures in base64 go from their host to the client, and are held nowhere.
    if (result.isLarge) return around(told, await result.render(), request);
    const { text, headers } = await short(task, request, result.render);
    return Response.json({ ...told, result: JSON.parse(text) as unknown }, { headers });
  }

  return (task: Task, request: Request): Promise<Response> => {
    const told = neutral(task, mediaLink(deps, request));
    return whole(told, task, request).catch((error: unknown) => {
      log.warn("a task's result cannot be rendered", { taskId: task.id, error });
      // How the task stands is to be known although its result cannot be had just now.
      return Response.json({ ...told, result: null, result_error: toApiError(error).body().error });
    });
  };
}

/** The same document as with `result` in it, of which only one piece is ever in memory. */
function around(told: Told, result: Response, request: Request): Response {
  async function* pieces(): AsyncGenerator<string> {
    yield `${JSON.stringify(told).slice(0, -1)},"result":`;
    const decoder = new TextDecoder();
    for await (const chunk of result.body!) yield decoder.decode(chunk, { stream: true });
    yield "}";
  }
  const adjusted = result.headers.get("x-falgate-adjusted");
  const headers: Record<string, string> =
    adjusted === null ? {} : { "x-falgate-adjusted": adjusted };
  return jsonStream(pieces(), { trace: trace(request), headers });
}
