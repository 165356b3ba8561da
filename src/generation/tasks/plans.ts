/** From a task's request to what is sent for it: planned when it is made, and again after a restart. */
import { chooseVideo, fitVideo, type VideoRequest } from "../../models/fit/video.ts";
import { firstFrame, frameExtractors } from "../../models/frame.ts";
import type { Model } from "../../models/model.ts";
import type { Dictionary } from "../../models/resolve.ts";
import { invalidRequest, modelNotFound } from "../../openai/error.ts";
import { drawing, pictureModel } from "../draw.ts";
import { editing, varying } from "../edit.ts";
import type { Plan } from "../plan.ts";
import { speaking } from "../speak.ts";
import type { TaskWork } from "../task.ts";
import { transcribing } from "../transcribe.ts";

export type Asked = TaskWork & { model: string };

/** Throws ApiError, 404 or 400 with the parameter named, where the request cannot be honoured. */
export function planOf(dictionary: Dictionary, asked: Asked): Plan {
  if (asked.kind === "frame") return framing(dictionary, asked);
  if (asked.kind === "image") {
    return drawing(pictureModel(dictionary, asked.model), asked.request);
  }
  const model = dictionary.resolve(asked.model);
  if (!model) throw modelNotFound(asked.model, dictionary.nearest(asked.model));
  switch (asked.kind) {
    case "edit":
      return editing(model, asked.request);
    case "variation":
      return varying(model, asked.request);
    case "video":
      return filming(model, asked.request);
    case "speech":
      return speaking(model, asked.request);
    case "transcription":
      return transcribing(model, asked.request, asked.request.asks ?? {});
  }
}

/** What takes a picture out of a video needs nothing else; the model is the one that made the video. */
function framing(
  dictionary: Dictionary,
  { model, request }: Extract<Asked, { kind: "frame" }>,
): Plan {
  const fit: Plan["fit"] = (endpoint) => ({
    calls: [{ input: firstFrame(request.video, endpoint), pictures: 1 }],
    adjusted: [],
  });
  return { model, endpoints: frameExtractors(dictionary), fit };
}

function filming(model: Model, request: VideoRequest): Plan {
  const { images, role, imagesParam } = request;
  if (model.kind !== "video" && !model.endpoints.some(({ output }) => /^videos?$/.test(output))) {
    const message = `The model '${model.id}' does not make videos.`;
    throw invalidRequest(message, "model", "unsupported_model");
  }
  const param = imagesParam === undefined ? {} : { param: imagesParam };
  const endpoints = chooseVideo(model, images?.length ?? 0, { role, ...param });
  const known = model.alias?.ratios?.includes(request.aspect_ratio ?? "");
  const asked = known ? { ...request, exact: false } : request;
  // What was promised of the first is kept by the later ones as well as they can.
  const instead = { ...request, nearest: true, exact: false };
  return {
    model: model.id,
    endpoints,
    fit: (endpoint) =>
      fitVideo(endpoint === endpoints[0] ? asked : instead, endpoint, model.alias?.defaults),
  };
}
