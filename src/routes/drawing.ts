/** A planned generation of pictures, carried out and answered: whole, as events, or with a task. */
import type { Kept } from "../generation/settled.ts";
import type { Plan } from "../generation/plan.ts";
import type { TaskWork } from "../generation/task.ts";
import { patient } from "../http/patience.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import type { Model } from "../models/model.ts";
import type { ImageStream } from "../openai/images.ts";
import type { WithoutWaiting } from "../openai/task.ts";
import type { Deps } from "./deps.ts";
import { renderError } from "./errors.ts";
import { handout } from "./links.ts";
import { pictureEvents, pictureResponse, type Rendering } from "./pictures.ts";
import { asked, patience } from "./waiting.ts";
import { asksNotToWait, withoutWaiting } from "./without-waiting.ts";

export interface Drawing {
  model: Model;
  plan: Plan;
  /** The same as a task. */
  work: TaskWork;
  params: Rendering["asked"] & { stream?: boolean } & WithoutWaiting;
  /** Everything that the client said: what makes two requests the same. */
  said: unknown;
  /** Which stream it is, if it is one. */
  stream: ImageStream;
}

/** Whether the client wants to see the picture while it grows. */
export const grows = ({ stream, partial_images = 0 }: Drawing["params"]) =>
  stream === true && partial_images > 0;

export function createDrawings(deps: Deps) {
  const leave = withoutWaiting(deps);

  return (request: Request, drawing: Drawing): Promise<Response> => {
    const { model, params, work, said } = drawing;
    const { response_format = model.alias?.format ?? deps.config.defaultResponseFormat } = params;
    if (!asksNotToWait(request, params, params.stream === true)) {
      return answerDrawing(request, drawing, response_format, deps);
    }
    const { output_format, output_compression } = params;
    const asks = { output_format, output_compression };
    const view = { format: response_format, asked: asks };
    return leave(request, {
      ...work,
      ...{ model: model.id, view, said, callbackUrl: params.callback_url },
    });
  };
}

async function answerDrawing(
  request: Request,
  { model, plan, params, said, stream }: Drawing,
  format: Rendering["format"],
  deps: Deps,
): Promise<Response> {
  const { config, generations } = deps;
  const traced = trace(request);
  const generation = generations.begin(asked(request, plan, said));
  const wait = patience(request, config.requestTimeout);
  const files = (kept?: Kept) => handout(deps, request, kept);
  const rendering: Rendering = { model: model.id, format, asked: params };
  if (params.stream) {
    // A refusal by fal still gets its own status: the stream opens once fal has taken the request.
    await generation.accepted(wait);
    const events = pictureEvents(stream, generation, wait, rendering, files, traced);
    return eventStream(events, { trace: traced, silence: config.streamKeepalive * 1000 });
  }
  const answer = pictureResponse(generation, wait, rendering, files, traced);
  return patient(answer, { seconds: config.jsonKeepalive, trace: traced, render: renderError });
}
