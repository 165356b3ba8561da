/** `/v1/videos`: OpenAI's videos, each a durable task. */
import { Elysia } from "elysia";
import { admitted } from "../accounts/principal.ts";
import { isOver, type Task } from "../generation/task.ts";
import { failureOf } from "../generation/tasks/settled.ts";
import { answers } from "../http/answers.ts";
import { checked } from "../http/check.ts";
import { parseJson, readText, withoutNulls } from "../http/body.ts";
import { isForm, readForm } from "../http/form.ts";
import { queryParameters, readQuery } from "../http/query.ts";
import { PageQuery } from "../openai/task.ts";
import { type Variant, VideoContentQuery, VideoRemixParams } from "../openai/videos/params.ts";
import { Video, VideoDeleted, videoDeleted, VideoList, videoList } from "../openai/videos/video.ts";
import type { Deps } from "./deps.ts";
import {
  CREATE_BODY,
  REMIX_BODY,
  VIDEO_CONTENT,
  VIDEO_CREATED,
  VIDEO_DELETED,
  VIDEO_PAGE,
  VIDEOS,
} from "./examples/videos.ts";
import { mediaLink } from "./links.ts";
import { mediaAnswer } from "./media-answer.ts";
import { adjustments } from "./pictures.ts";
import { unfinished, unknownVideo } from "./unfinished.ts";
import { createVideoMaking } from "./video-making.ts";
import { OPENAI, pollAfter, videoObject } from "./video-object.ts";
import { previewIds, variantOf } from "./video-preview.ts";
import { patience } from "./waiting.ts";

const STATUSES = [400, 401, 402, 404, 413, 429];

export function videos(deps: Deps) {
  const { config, tasks } = deps;
  const { create, remix } = createVideoMaking(deps);

  /** Elysia hands out null for what it cannot decode. */
  async function own(request: Request, id: string | null): Promise<Task> {
    if (id === null) throw unknownVideo("");
    const task = await tasks.find(admitted(request).id, id);
    if (task?.dialect !== OPENAI) throw unknownVideo(id);
    return task;
  }

  const shown = (task: Task, request: Request) =>
    videoObject(task, task.media[0] && mediaLink(deps, request)(task.media[0]));

  function answer(task: Task, request: Request, adjusted = task.adjusted ?? []): Response {
    const headers = { ...adjustments(adjusted), ...pollAfter(task, Date.now()) };
    return Response.json(shown(task, request), { headers });
  }

  async function list(request: Request): Promise<Response> {
    const { after, limit = 20, order = "desc" } = readQuery(request, PageQuery);
    const mine = { after, limit, order, dialects: [OPENAI] };
    const page = await tasks.list(admitted(request).id, mine);
    return Response.json(
      videoList(
        page.tasks.map((task) => shown(task, request)),
        page.hasMore,
      ),
    );
  }

  async function remove(id: string, request: Request): Promise<Response> {
    const { owner } = await own(request, id);
    await Promise.all([id, ...previewIds(id)].map((each) => tasks.remove(owner, each)));
    return Response.json(videoDeleted(id));
  }

  async function content(id: string, variant: Variant, request: Request): Promise<Response> {
    const task = await own(request, id);
    if (!isOver(task)) throw unfinished(task);
    if (task.state !== "completed") throw failureOf(task);
    const wait = patience(request, config.requestTimeout);
    const file = await variantOf(task, variant, { tasks, ...wait });
    return mediaAnswer(file, request, deps);
  }

  async function remixed(id: string, request: Request): Promise<Response> {
    const limit = config.maxBodySize * 1e6;
    const words = isForm(request)
      ? await readForm(request, limit)
      : withoutNulls(parseJson(await readText(request, limit)));
    const body = checked(VideoRemixParams, words);
    const { task, adjusted } = await remix(await own(request, id), body, request);
    return answer(task, request, adjusted);
  }

  const secured = { security: [{ bearer: [] }] };

  return new Elysia({ prefix: "/v1/videos", tags: ["Videos"] })
    .post(
      "/",
      async ({ request }) => {
        const { task, adjusted } = await create(request);
        return answer(task, request, adjusted);
      },
      {
        parse: "none",
        detail: {
          operationId: "createVideo",
          summary: "Film",
          description:
            "Begins a video and answers at once. It is made whether or not anybody asks for it, through restarts, and paid once: an SDK's own retry, or the same `Idempotency-Key`, gets the same video. Takes a form with files, or JSON with links and data URLs.",
          ...secured,
          requestBody: CREATE_BODY,
          responses: answers(Video, STATUSES, { examples: VIDEO_CREATED }),
        },
      },
    )
    .get("/", ({ request }) => list(request), {
      detail: {
        parameters: queryParameters(PageQuery),
        operationId: "listVideos",
        summary: "List the videos",
        description: "The key's own that were begun here, the latest first.",
        ...secured,
        responses: answers(VideoList, [400, 401], { examples: VIDEO_PAGE }),
      },
    })
    .get("/:id", async ({ params, request }) => answer(await own(request, params.id), request), {
      detail: {
        operationId: "retrieveVideo",
        summary: "Ask how far a video is",
        description:
          "Asking is free. `openai-poll-after-ms` says when to ask again; a `failed` video says why in `error`.",
        ...secured,
        responses: answers(Video, [401, 404], { examples: VIDEOS }),
      },
    })
    .delete("/:id", ({ params, request }) => remove(params.id, request), {
      detail: {
        operationId: "deleteVideo",
        summary: "Delete a video",
        description: "Cancels it where it is not finished, and forgets it with its files.",
        ...secured,
        responses: answers(VideoDeleted, [401, 404], { examples: VIDEO_DELETED }),
      },
    })
    .get(
      "/:id/content",
      ({ params, query, request }) => content(params.id, query.variant ?? "video", request),
      {
        query: VideoContentQuery,
        detail: {
          operationId: "retrieveVideoContent",
          summary: "Fetch a video",
          description:
            "The file, whole or in ranges. `thumbnail` is the model's own, else the video's first picture: taken out by one of fal's endpoints when it is first asked for, which costs a fraction of a cent, and kept. A `spritesheet` is there only where the model makes one.",
          ...secured,
          responses: { ...answers(Video, [400, 401, 404, 410, 502, 504]), ...VIDEO_CONTENT },
        },
      },
    )
    .post("/:id/remix", ({ params, request }) => remixed(params.id, request), {
      parse: "none",
      detail: {
        operationId: "createVideoRemix",
        summary: "Film a video anew",
        description:
          "Another video, from a finished one and a new prompt. Where the model has a sibling that changes videos, that changes this one; otherwise the same request is carried out with the new prompt and from the same seed.",
        ...secured,
        requestBody: REMIX_BODY,
        responses: answers(Video, STATUSES, { examples: VIDEO_CREATED }),
      },
    });
}
