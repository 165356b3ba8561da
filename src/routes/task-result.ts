/** What a task's own route would have answered to a client that waits, once the task is completed. */
import type { Wait } from "../generation/generation.ts";
import type { Kept } from "../generation/settled.ts";
import type { Settled } from "../generation/settled.ts";
import { speaking } from "../generation/speak.ts";
import type { Task, TaskKind } from "../generation/task.ts";
import { settledOf } from "../generation/tasks/settled.ts";
import { trace } from "../http/trace.ts";
import type { SpeechParams } from "../openai/speech.ts";
import { isPlainText } from "../openai/transcription.ts";
import type { Deps } from "./deps.ts";
import { handout, mediaLink } from "./links.ts";
import { gone, mediaAnswer } from "./media-answer.ts";
import { namedModel } from "./model.ts";
import { pictureResponse, type Rendering, type Waited } from "./pictures.ts";
import { speechResponse } from "./speech-answer.ts";
import { type Hearing, transcriptResponse } from "./transcript-answer.ts";
import { ASYNC } from "./without-waiting.ts";

type Parts = Pick<Deps, "dictionary" | "media" | "mediaStore" | "originOf">;
type Render = (task: Task, request: Request, parts: Parts) => Promise<Response>;

interface Maker {
  /** The answer itself. */
  answer: Render;
  /** The same as JSON. */
  result: Render;
  isLarge?(task: Task): boolean;
}

type PicturesView = Pick<Rendering, "format" | "asked">;

const drawn: Render = (task, request, parts) => {
  const created = Math.floor(task.completedAt! / 1000);
  const rendering = { ...viewOf<PicturesView>(task), model: task.model, created };
  const generation = finished(settledOf(task, parts.dictionary));
  const files = (kept?: Kept) => handout(parts, request, kept);
  return pictureResponse(generation, staying(request), rendering, files, trace(request));
};

const pictures: Maker = {
  answer: drawn,
  result: drawn,
  isLarge: (task) => viewOf<PicturesView>(task).format === "b64_json",
};

const transcript: Render = async (task, _, { dictionary }) =>
  transcriptResponse(settledOf(task, dictionary), viewOf<Hearing>(task));

const MAKERS: Readonly<Partial<Record<TaskKind, Maker>>> = {
  image: pictures,
  edit: pictures,
  variation: pictures,
  speech: {
    answer(task, request, parts) {
      const asked = viewOf<Pick<SpeechParams, "response_format">>(task);
      const plan = speaking(namedModel(parts, task.model), task.request as never);
      const generation = finished(settledOf(task, parts.dictionary));
      const files = (kept?: Kept) => handout(parts, request, kept);
      return speechResponse(generation, staying(request), { plan, asked }, files, trace(request));
    },
    // Bytes have no place in JSON: a link to the model's own file.
    async result(task, request, parts) {
      const [sound] = task.media;
      if (!sound) return Response.json(null);
      const { contentType: content_type } = sound;
      return Response.json({ url: mediaLink(parts, request)(sound), content_type });
    },
  },
  transcription: {
    answer: transcript,
    async result(task, request, parts) {
      const answer = await transcript(task, request, parts);
      return isPlainText(viewOf<Hearing>(task).format)
        ? Response.json(await answer.text(), { headers: answer.headers })
        : answer;
    },
  },
};

/** As JSON; nothing where the task's own form says everything. */
export function resultOf(task: Task, request: Request, parts: Parts) {
  const maker = makerOf(task);
  if (!maker || task.state !== "completed") return undefined;
  return {
    isLarge: maker.isLarge?.(task) ?? false,
    render: () => maker.result(task, request, parts),
  };
}

/** As it would have been: a sound's bytes, a transcript's text; else the first file. */
export function answerOf(task: Task, request: Request, deps: Deps): Promise<Response> | undefined {
  const [file] = task.media;
  if (task.state !== "completed") return undefined;
  const maker = makerOf(task);
  return (
    maker?.answer(task, request, deps).catch(gone) ?? (file && mediaAnswer(file, request, deps))
  );
}

const makerOf = ({ dialect, kind }: Task) => (dialect === ASYNC ? MAKERS[kind] : undefined);

/** Made by the route that began the task. */
const viewOf = <View>({ view }: Task) => view as View;

const finished = (settled: Settled): Waited => ({
  wait: async () => settled,
  delivered() {},
  undelivered() {},
});

const staying = ({ signal }: Request): Wait => ({ signal, patience: Number.POSITIVE_INFINITY });
