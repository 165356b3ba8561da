/** The VEO relay: `/v1/video/create` and `/v1/video/query`. */
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { created, queried, VideoCreated, VideoQueried } from "../relays/veo/answer.ts";
import { VideoCreateParams, wanted } from "../relays/veo/create.ts";
import { veoId } from "../relays/veo/id.ts";
import type { Deps } from "./deps.ts";
import { VEO_CREATED, VEO_QUERIED, VEO_REQUESTS } from "./examples/relays.ts";
import { beginner, CREATING, found, told } from "./filming.ts";

const DIALECT = { name: "veo", id: ({ model }: { model: string }) => veoId(model) };

const Query = Type.Object(
  {
    id: Type.String({
      description: "As `create` answered it.",
      minLength: 1,
      expects: "it must be a task's id",
    }),
  },
  { additionalProperties: true },
);

export function veo(deps: Deps) {
  const begin = beginner(deps, DIALECT);

  async function create(body: VideoCreateParams, request: Request): Promise<Response> {
    return told(deps, request, await begin(request, wanted(body), body), created);
  }

  async function query(id: string, request: Request): Promise<Response> {
    const task = await found(deps, request, DIALECT, { id, param: "id" });
    return told(deps, request, task, queried);
  }

  return new Elysia({ prefix: "/v1/video", tags: ["Video relays"] })
    .post("/create", ({ body, request }) => create(body, request), {
      parse: jsonBody(deps.config.maxBodySize * 1e6),
      body: VideoCreateParams,
      detail: {
        operationId: "createRelayedVideo",
        summary: "Film, as the VEO relay does",
        description:
          "Begins a video and answers at once with the id to query it by. It is carried out whether or not anybody asks for it, and paid once: the same `Idempotency-Key` gets the same video.",
        security: [{ bearer: [] }],
        ...requests(VEO_REQUESTS),
        responses: answers(VideoCreated, CREATING, { examples: VEO_CREATED }),
      },
    })
    .get("/query", ({ query: { id }, request }) => query(id, request), {
      query: Query,
      detail: {
        operationId: "queryRelayedVideo",
        summary: "Ask how far a video is, as the VEO relay does",
        description:
          "From `pending` over `image_downloading`, `video_generating` and, with `enable_upsample`, `video_upsampling` to `completed`. Where only the second stage fails, the end is `video_upsampling_failed` and `video_url` is the first stage's video. `failed`, `video_generation_failed` and `error` have no video, and say why in `error`.",
        security: [{ bearer: [] }],
        responses: answers(VideoQueried, [400, 401, 404], { examples: VEO_QUERIED }),
      },
    });
}
