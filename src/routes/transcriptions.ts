/** `/v1/audio/transcriptions` and `/v1/audio/translations`: what was said, written down. */
import { Elysia } from "elysia";
import { soundSeconds } from "../formats/sound.ts";
import type { Attachment } from "../generation/attachments.ts";
import { transcribing } from "../generation/transcribe.ts";
import { answers } from "../http/answers.ts";
import { checked } from "../http/check.ts";
import { typed } from "../http/form.ts";
import { patient } from "../http/patience.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import type { TranscriptionRequest } from "../models/fit/transcription.ts";
import {
  isPlainText,
  isTimed,
  TranscriptAnswer,
  TranscriptionParams,
  TranslationParams,
} from "../openai/transcription.ts";
import type { Deps } from "./deps.ts";
import { renderError } from "./errors.ts";
import {
  TRANSCRIPT_ANSWERS,
  TRANSCRIPT_EVENTS,
  TRANSCRIPTION_BODY,
  TRANSLATION_BODY,
} from "./examples/audio.ts";
import { TASK_BEGUN } from "./examples/tasks.ts";
import { formWithSound, listenable } from "./given-sound.ts";
import { permittedModel } from "./model.ts";
import { heardOf, type Hearing, transcribed, transcriptResponse } from "./transcript-answer.ts";
import { asked, patience } from "./waiting.ts";
import { asksNotToWait, withoutWaiting } from "./without-waiting.ts";

type Task = "transcribe" | "translate";

const STATUSES = [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504];

export function transcriptions(deps: Deps) {
  const { config, generations, attachments } = deps;
  const leave = withoutWaiting(deps);

  async function transcribe(request: Request, task: Task): Promise<Response> {
    const schema = task === "translate" ? TranslationParams : TranscriptionParams;
    const { file, ...words } = await formWithSound(request, config.maxBodySize * 1e6);
    const params: TranscriptionParams = checked(schema, typed(words, schema));
    const { response_format: format = "json", stream } = params;
    const traced = trace(request);
    traced.model = params.model;
    const model = permittedModel(deps, params.model, request);
    const sound = await listenable(file);
    const spelled = params.timestamp_granularities?.includes("word") ?? false;
    const diarize = format === "diarized_json";
    const asks = { task, times: isTimed(format), words: spelled, diarize };
    const streams = stream === true && !isPlainText(format);
    const without = asksNotToWait(request, params, streams);
    const requested = transcriptionRequest(params, asks);
    const planned = (url: string) => transcribing(model, { ...requested, file: url }, asks);
    // What cannot be asked is refused before anything goes up.
    const tried = planned("https://fal.media/0");
    if (tried.endpoints[0]) tried.fit(tried.endpoints[0]);
    const url = await attachments.address(sound);
    const said = { task, words, file: sound.digest };
    const hearing = await hearingOf(asks, params, sound);
    if (without) {
      const heard = { ...requested, file: url, asks };
      const errand = { kind: "transcription", request: heard, model: params.model, said } as const;
      const view = hearing as unknown as Record<string, unknown>;
      return leave(request, { ...errand, view, callbackUrl: params.callback_url });
    }
    const generation = generations.begin(asked(request, planned(url), said));
    const wait = patience(request, config.requestTimeout);
    const settled = async () => {
      const made = await generation.wait(wait);
      traced.upstreamMs = made.upstreamMs;
      heardOf(made, hearing); // Throws where there is nothing to be told.
      generation.delivered();
      return made;
    };
    if (streams) {
      await generation.accepted(wait);
      const events = transcribed(settled, hearing, wait.signal, traced);
      return eventStream(events, { trace: traced, silence: config.streamKeepalive * 1000 });
    }
    const answer = settled().then((made) => transcriptResponse(made, hearing));
    if (isPlainText(format)) return answer;
    const { jsonKeepalive: seconds } = config;
    return patient(answer, { seconds, trace: traced, render: renderError });
  }

  const described = (words: string) =>
    `${words} The sound, or a film's, comes as a file in a form; \`srt\`, \`vtt\` and the segments ` +
    "of `verbose_json` bear the model's own times, or are not there.";

  return new Elysia({ prefix: "/v1/audio", tags: ["Audio"] })
    .post("/transcriptions", ({ request }) => transcribe(request, "transcribe"), {
      parse: "none",
      detail: {
        operationId: "createTranscription",
        summary: "Write down what is said",
        description: described("In the language it is said in."),
        security: [{ bearer: [] }],
        requestBody: TRANSCRIPTION_BODY,
        responses: {
          ...answers(TranscriptAnswer, STATUSES, {
            examples: TRANSCRIPT_ANSWERS,
            events: TRANSCRIPT_EVENTS,
          }),
          202: TASK_BEGUN,
        },
      },
    })
    .post("/translations", ({ request }) => transcribe(request, "translate"), {
      parse: "none",
      detail: {
        operationId: "createTranslation",
        summary: "Write down in English what is said",
        description: described("In English, whatever is spoken."),
        security: [{ bearer: [] }],
        requestBody: TRANSLATION_BODY,
        responses: {
          ...answers(TranscriptAnswer, STATUSES, { examples: TRANSCRIPT_ANSWERS }),
          202: TASK_BEGUN,
        },
      },
    });
}

/** What of OpenAI's parameters is for the model. */
function transcriptionRequest(
  params: TranscriptionParams,
  { task, words, diarize }: { task: Task; words: boolean; diarize: boolean },
): Omit<TranscriptionRequest, "file"> {
  const { model: _, response_format: __, stream: ___, async: ____, ...rest } = params;
  const { timestamp_granularities: _____, callback_url: ______, ...told } = rest;
  const { language, prompt, temperature, ...extra } = told;
  const said = { language, prompt, temperature, ...(diarize ? { diarize } : {}) };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { task, words, ...Object.fromEntries(given), extra };
}

async function hearingOf(
  { task, times, words }: Pick<Hearing, "task" | "times" | "words">,
  { response_format: format = "json", temperature }: TranscriptionParams,
  { file }: Attachment,
): Promise<Hearing> {
  const seconds = soundSeconds(await file.bytes());
  return {
    ...{ task, format, times, words },
    ...(temperature === undefined ? {} : { temperature }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}
