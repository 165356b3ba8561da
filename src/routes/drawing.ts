/** A planned generation of pictures, carried out and answered: whole, or as events. */
import type { Kept } from "../generation/keep.ts";
import type { Plan } from "../generation/plan.ts";
import { patient } from "../http/patience.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import type { Model } from "../models/resolve.ts";
import type { ImageStream } from "../openai/images.ts";
import type { Deps } from "./deps.ts";
import { renderError } from "./errors.ts";
import { handout } from "./links.ts";
import { pictureEvents, pictureResponse, type Rendering } from "./pictures.ts";
import { asked, patience } from "./waiting.ts";

export interface Drawing {
  model: Model;
  plan: Plan;
  params: Rendering["asked"] & { stream?: boolean };
  /** Everything that the client said: what makes two requests the same. */
  said: unknown;
  /** Which stream it is, if it is one. */
  stream: ImageStream;
}

/** Whether the client wants to see the picture while it grows. */
export const grows = ({ stream, partial_images = 0 }: Drawing["params"]) =>
  stream === true && partial_images > 0;

export async function answerDrawing(
  request: Request,
  { model, plan, params, said, stream }: Drawing,
  deps: Deps,
): Promise<Response> {
  const { config, generations } = deps;
  const traced = trace(request);
  const generation = generations.begin(asked(request, plan, said));
  const wait = patience(request, config.requestTimeout);
  const format = params.response_format ?? model.alias?.format ?? config.defaultResponseFormat;
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
