/** new-api's pair: `/v1/video/generations` and `/v1/video/generations/{id}`. */
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { fetched, submitted, VideoFetched, VideoSubmitted } from "../relays/new-api/answer.ts";
import { newApiId } from "../relays/new-api/id.ts";
import { VideoGenerateParams, wanted } from "../relays/new-api/submit.ts";
import { refusal } from "../relays/envelope.ts";
import type { Deps } from "./deps.ts";
import { NEW_API_FETCHED, NEW_API_REQUESTS, NEW_API_SUBMITTED } from "./examples/relays.ts";
import { beginner, CREATING, found, told } from "./filming.ts";

const Id = Type.String({
  description: "As the creation answered it.",
  expects: "it must be a task's id",
});

const DIALECT = { name: "new-api", id: newApiId };

export function videoGenerations(deps: Deps) {
  const begin = beginner(deps, DIALECT);

  async function submit(body: VideoGenerateParams, request: Request): Promise<Response> {
    return told(deps, request, await begin(request, wanted(body), body), submitted);
  }

  async function fetch(id: string, request: Request): Promise<Response> {
    const task = await found(deps, request, DIALECT, { id, param: "task_id" });
    return told(deps, request, task, fetched);
  }

  return new Elysia({ prefix: "/v1/video/generations", tags: ["Video relays"] })
    .post("", ({ body, request }) => submit(body, request), {
      parse: jsonBody(deps.config.maxBodySize * 1e6),
      body: VideoGenerateParams,
      detail: {
        operationId: "generateVideo",
        summary: "Film, as new-api does",
        description:
          "Begins a video and answers at once with the id to fetch it by; the same `Idempotency-Key` gets the same video.",
        security: [{ bearer: [] }],
        ...requests(NEW_API_REQUESTS),
        responses: answers(VideoSubmitted, CREATING, {
          examples: NEW_API_SUBMITTED,
          worded: refusal,
        }),
      },
    })
    .get("/:task_id", ({ params, request }) => fetch(params.task_id, request), {
      params: Type.Object({
        task_id: Id,
      }),
      detail: {
        operationId: "fetchGeneratedVideo",
        summary: "Ask how far a video is, as new-api does",
        description:
          "In both of new-api's forms at once: the one it documents at the top, the one it answers with in `code`, `message` and `data`.",
        security: [{ bearer: [] }],
        responses: answers(VideoFetched, [401, 404], {
          examples: NEW_API_FETCHED,
          worded: refusal,
        }),
      },
    });
}
