/** A video that a conversation asks for: a task, which no restart and no client that leaves can lose. */
import { admitted } from "../accounts/principal.ts";
import type { Asked } from "../generation/generations.ts";
import type { Awaited } from "../generation/tasks/awaited.ts";
import type { Unnamed } from "../generation/tasks/once.ts";
import type { VideoRequest } from "../models/fit/video.ts";
import type { ChatRequest } from "../openai/chat/request.ts";
import { invalidRequest } from "../openai/error.ts";
import type { Deps } from "./deps.ts";
import { priorityOf } from "./priority.ts";
import { routeOf } from "./route.ts";

export interface Filming {
  model: string;
  film: VideoRequest;
  callbackUrl: string | undefined;
}

/** How it is carried out; the same conversation again joins it. */
export function filming(
  { model, film, callbackUrl }: Filming,
  request: Request,
  { films, originOf }: Pick<Deps, "originOf"> & { films: Awaited },
): Asked["run"] {
  const task = {
    ...{ kind: "video", dialect: "chat", model, request: film },
    ...{ owner: admitted(request).id, route: routeOf(request), origin: originOf(request) },
    ...priorityOf(request),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
  } as Unnamed;
  return (changed, print) => films.run(task, changed, print);
}

/** Throws 400 for what cannot be called, and where pictures are drawn, which take seconds. */
export function callbackOf({ callback_url: url }: ChatRequest, films: boolean): string | undefined {
  if (url === undefined || url === null) return undefined;
  if (typeof url === "string" && films) return url;
  const why = films ? "must be an http or https URL" : "is called for videos only";
  throw invalidRequest(`'callback_url' ${why}.`, "callback_url");
}
