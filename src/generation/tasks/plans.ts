/** From a task's request to what is sent for it: planned when it is made, and again after a restart. */
import type { Endpoint } from "../../models/catalog.ts";
import { fitEdit, takesPictures } from "../../models/fit/edit.ts";
import type { Fitted } from "../../models/fit/request.ts";
import { fitSpeech } from "../../models/fit/speech.ts";
import { chooseTranscription, fitTranscription } from "../../models/fit/transcription.ts";
import { chooseVideo, fitVideo } from "../../models/fit/video.ts";
import type { Dictionary, Model } from "../../models/resolve.ts";
import { invalidRequest, modelNotFound } from "../../openai/error.ts";
import { drawing, pictureModel } from "../draw.ts";
import type { Plan } from "../plan.ts";
import type { TaskKind, TaskRequests, TaskWork } from "../task.ts";

export type Asked = TaskWork & { model: string };

type Defaults = NonNullable<Model["alias"]>["defaults"];

/** Which endpoints do it, and how one is asked. */
interface Way<Kind extends TaskKind> {
  endpoints(model: Model, request: TaskRequests[Kind]): readonly Endpoint[];
  fit(request: TaskRequests[Kind], endpoint: Endpoint, defaults: Defaults): Fitted;
}

const WAYS: { [Kind in Exclude<TaskKind, "image">]: Way<Kind> } = {
  edit: {
    endpoints: (model) =>
      model.with.edit ?? model.endpoints.filter((one) => takesPictures(one).most > 0),
    fit: fitEdit,
  },
  video: {
    endpoints: (model, { images, role, imagesParam }) =>
      model.kind === "video"
        ? chooseVideo(model, images?.length ?? 0, {
            role,
            ...(imagesParam === undefined ? {} : { param: imagesParam }),
          })
        : [],
    fit: fitVideo,
  },
  speech: {
    endpoints: (model) => (model.kind === "speech" ? model.endpoints : []),
    fit: fitSpeech,
  },
  transcription: {
    endpoints: (model, request) =>
      model.kind === "transcription" ? chooseTranscription(model.endpoints, request) : [],
    fit: fitTranscription,
  },
};

const DOES: Readonly<Record<TaskKind, string>> = {
  image: "draw pictures",
  edit: "edit pictures",
  video: "make videos",
  speech: "speak",
  transcription: "write down speech",
};

/** Throws ApiError, 404 or 400 with the parameter named, where the request cannot be honoured. */
export function planOf(dictionary: Dictionary, asked: Asked): Plan {
  if (asked.kind === "image") {
    return drawing(pictureModel(dictionary, asked.model), asked.request);
  }
  const model = dictionary.resolve(asked.model);
  if (!model) throw modelNotFound(asked.model, dictionary.nearest(asked.model));
  // The compiler does not see that kind and request belong together.
  const way = WAYS[asked.kind] as Way<TaskKind>;
  const endpoints = way.endpoints(model, asked.request);
  if (endpoints.length === 0) {
    const message = `The model '${asked.model}' does not ${DOES[asked.kind]}.`;
    throw invalidRequest(message, "model", "unsupported_model");
  }
  return {
    model: model.id,
    endpoints,
    fit: (endpoint) => way.fit(asked.request, endpoint, model.alias?.defaults),
  };
}
