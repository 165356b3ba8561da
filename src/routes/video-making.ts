/** Beginning OpenAI's videos: from words and pictures, or from a video that is finished. */
import { admitted } from "../accounts/principal.ts";
import { remixOf } from "../generation/remix.ts";
import { isOver, type Task } from "../generation/task.ts";
import { createMaker, prefixed, type Unnamed } from "../generation/tasks/once.ts";
import { planOf } from "../generation/tasks/plans.ts";
import { failureOf } from "../generation/tasks/settled.ts";
import { trace } from "../http/trace.ts";
import { DEFAULT_VIDEO_MODEL } from "../models/aliases/video.ts";
import { secondsOf } from "../models/fit/duration.ts";
import type { VideoRequest } from "../models/fit/video.ts";
import type { VideoRemixParams } from "../openai/videos/params.ts";
import type { Deps } from "./deps.ts";
import { addresses } from "./given.ts";
import { permittedModel } from "./model.ts";
import { priorityOf } from "./priority.ts";
import { repetitionOf } from "./repetition.ts";
import { routeOf } from "./route.ts";
import { unfinished } from "./unfinished.ts";
import { OPENAI, type VideoView } from "./video-object.ts";
import { videoAsked, videoRequest } from "./video-request.ts";

/** A task that is begun, and what had to be approximated for it. */
export interface Begun {
  task: Task;
  adjusted: readonly string[];
}

interface Work {
  model: string;
  request: VideoRequest;
  view: VideoView;
  /** Everything that the client said: what makes two requests the same. */
  said: unknown;
  callbackUrl: string | undefined;
}

export function createVideoMaking(deps: Deps) {
  const { config, dictionary, attachments, originOf } = deps;
  const maker = createMaker(deps.tasks, prefixed("video_"));

  /** How it is fitted to the first endpoint. Throws 400 for what cannot be asked of it. */
  function fitted(model: string, request: VideoRequest) {
    const plan = planOf(dictionary, { kind: "video", model, request });
    return plan.fit(plan.endpoints[0]!);
  }

  async function begin(request: Request, work: Work): Promise<Begun> {
    const { model, callbackUrl, said } = work;
    permittedModel(deps, model, request);
    const { calls, adjusted } = fitted(model, work.request);
    const seconds = secondsOf(calls[0]!.input);
    const length = seconds === undefined ? {} : { seconds: String(seconds) };
    const task = {
      ...{ kind: "video", dialect: OPENAI, model, request: work.request },
      ...{ owner: admitted(request).id, route: routeOf(request), origin: originOf(request) },
      ...priorityOf(request),
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
      view: { ...work.view, ...length },
    } as Unnamed;
    return { task: await maker.create(task, repetitionOf(request, said)), adjusted };
  }

  return {
    async create(request: Request): Promise<Begun> {
      const asked = await videoAsked(request, config.maxBodySize * 1e6);
      const { params, pictures, said } = asked;
      const { model = DEFAULT_VIDEO_MODEL, size, callback_url: callbackUrl } = params;
      trace(request).model = model;
      permittedModel(deps, model, request);
      // What cannot be asked is refused before anything goes up.
      const places = pictures.map((_, place) => `https://fal.media/${place}`);
      fitted(model, videoRequest(asked, places));
      const wanted = videoRequest(asked, await addresses(pictures, attachments));
      const view = size !== undefined && /^\d+x\d+$/.test(size) ? { size } : {};
      return begin(request, { model, request: wanted, view, said, callbackUrl });
    },

    /** Throws 400 for a video that is not finished, or never will be. */
    async remix(source: Task, body: VideoRemixParams, request: Request): Promise<Begun> {
      if (source.state !== "completed")
        throw isOver(source) ? failureOf(source) : unfinished(source);
      const remix = remixOf(source as Extract<Task, { kind: "video" }>, body.prompt, dictionary);
      trace(request).model = remix.model;
      const { size }: VideoView = source.view ?? {};
      const view = { remixedFrom: source.id, ...(size === undefined ? {} : { size }) };
      const said = { remixed: source.id, ...body };
      return begin(request, { ...remix, view, said, callbackUrl: body.callback_url });
    },
  };
}
