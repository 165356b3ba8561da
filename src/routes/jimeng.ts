/** The Jimeng relay: `/jimeng/submit/videos` and `/jimeng/fetch/{id}`. */
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { JIMENG_MODEL } from "../models/aliases/video.ts";
import { fetched, JimengFetched, JimengSubmitted, submitted } from "../relays/jimeng/answer.ts";
import { jimengId } from "../relays/jimeng/id.ts";
import { JimengSubmitParams, wanted } from "../relays/jimeng/submit.ts";
import { refusal } from "../relays/envelope.ts";
import type { Deps } from "./deps.ts";
import { JIMENG_FETCHED, JIMENG_REQUESTS, JIMENG_SUBMITTED } from "./examples/relays.ts";
import { beginner, CREATING, found, told } from "./filming.ts";

const Id = Type.String({
  description: "As `submit` answered it.",
  expects: "it must be a task's id",
});

const DIALECT = { name: "jimeng", id: () => jimengId() };

export function jimeng(deps: Deps) {
  const begin = beginner(deps, DIALECT);

  async function submit(body: JimengSubmitParams, request: Request): Promise<Response> {
    const task = await begin(request, wanted(body, JIMENG_MODEL), body);
    return told(deps, request, task, submitted);
  }

  async function fetch(id: string, request: Request): Promise<Response> {
    const task = await found(deps, request, DIALECT, { id, param: "task_id" });
    return told(deps, request, task, fetched);
  }

  return new Elysia({ prefix: "/jimeng", tags: ["Video relays"] })
    .post("/submit/videos", ({ body, request }) => submit(body, request), {
      parse: jsonBody(deps.config.maxBodySize * 1e6),
      body: JimengSubmitParams,
      detail: {
        operationId: "submitJimengVideo",
        summary: "Film, as the Jimeng relay does",
        description:
          "Begins a video and answers at once with the task's id in `data`. A failure has its word in `code` in place of `success`, and the parameter at fault in `error.param`. The same `Idempotency-Key` gets the same task.",
        security: [{ bearer: [] }],
        ...requests(JIMENG_REQUESTS),
        responses: answers(JimengSubmitted, CREATING, {
          examples: JIMENG_SUBMITTED,
          worded: refusal,
        }),
      },
    })
    .get("/fetch/:task_id", ({ params, request }) => fetch(params.task_id, request), {
      params: Type.Object({ task_id: Id }),
      detail: {
        operationId: "fetchJimengVideo",
        summary: "Ask how far a video is, as the Jimeng relay does",
        description:
          "Costs nothing. `NOT_START`, `SUBMITTED` while the picture is looked at, `QUEUED`, `IN_PROGRESS`, then `SUCCESS` or `FAILURE`.",
        security: [{ bearer: [] }],
        responses: answers(JimengFetched, [401, 404], {
          examples: JIMENG_FETCHED,
          worded: refusal,
        }),
      },
    });
}
