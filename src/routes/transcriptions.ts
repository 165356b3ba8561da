/** `/v1/audio/transcriptions` and `/v1/audio/translations`: what was said, written down. */
import { Elysia } from "elysia";
import { soundSeconds } from "../formats/sound.ts";
import type { Attachment } from "../generation/attachments.ts";
import type { Settled } from "../generation/run.ts";
import { transcribing, written } from "../generation/transcribe.ts";
import { answers } from "../http/answers.ts";
import { checked } from "../http/check.ts";
import { typed } from "../http/form.ts";
import { patient } from "../http/patience.ts";
import { eventStream, frame } from "../http/stream.ts";
import { trace, type Trace } from "../http/trace.ts";
import { languageName } from "../models/fit/language.ts";
import type { TranscriptionRequest } from "../models/fit/transcription.ts";
import { invalidRequest } from "../openai/error.ts";
import {
  isPlainText,
  isTimed,
  type Said,
  TranscriptAnswer,
  transcriptEvents,
  type TranscriptFormat,
  transcriptJson,
  transcriptText,
  TranscriptionParams,
  TranslationParams,
} from "../openai/transcription.ts";
import type { Deps } from "./deps.ts";
import { errorFrame, renderError } from "./errors.ts";
import {
  TRANSCRIPT_ANSWERS,
  TRANSCRIPT_EVENTS,
  TRANSCRIPTION_BODY,
  TRANSLATION_BODY,
} from "./examples/audio.ts";
import { formWithSound, listenable } from "./given-sound.ts";
import { namedModel } from "./model.ts";
import { adjustments } from "./pictures.ts";
import { asked, patience } from "./waiting.ts";

type Task = "transcribe" | "translate";

const STATUSES = [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504];

export function transcriptions(deps: Deps) {
  const { config, generations, attachments } = deps;

  async function transcribe(request: Request, task: Task): Promise<Response> {
    const schema = task === "translate" ? TranslationParams : TranscriptionParams;
    const { file, ...words } = await formWithSound(request, config.maxBodySize * 1e6);
    const params: TranscriptionParams = checked(schema, typed(words, schema));
    const { response_format: format = "json", stream } = params;
    const traced = trace(request);
    traced.model = params.model;
    const model = namedModel(deps, params.model);
    const sound = await listenable(file);
    const asks = {
      task,
      times: isTimed(format),
      words: params.timestamp_granularities?.includes("word") ?? false,
      diarize: format === "diarized_json",
    };
    const requested = transcriptionRequest(params, asks);
    const planned = (url: string) => transcribing(model, { ...requested, file: url }, asks);
    // What cannot be asked is refused before anything goes up.
    const tried = planned("https://fal.media/0");
    if (tried.endpoints[0]) tried.fit(tried.endpoints[0]);
    const plan = planned(await attachments.address(sound));
    const said = { task, words, file: sound.digest };
    const generation = generations.begin(asked(request, plan, said));
    const wait = patience(request, config.requestTimeout);
    const result = async () => {
      const settled = await generation.wait(wait);
      traced.upstreamMs = settled.upstreamMs;
      const heard = await outcome(settled, task, sound);
      // Where nothing was said there are no times either.
      if (asks.times && !heard.segments && heard.text !== "") {
        throw invalidRequest("The model did not tell when anything was said.", "response_format");
      }
      generation.delivered();
      return { heard, headers: adjustments(settled.adjusted) };
    };
    if (stream && !isPlainText(format)) {
      await generation.accepted(wait);
      const events = told(result, format, wait.signal, traced);
      return eventStream(events, { trace: traced, silence: config.streamKeepalive * 1000 });
    }
    const answer = async () => {
      const { heard, headers } = await result();
      if (isPlainText(format)) {
        const type = { "content-type": "text/plain; charset=utf-8" };
        return new Response(transcriptText(format, heard), { headers: { ...headers, ...type } });
      }
      const { words } = asks;
      const { temperature } = params;
      const told = { task, words, ...(temperature === undefined ? {} : { temperature }) };
      return Response.json(transcriptJson(format, heard, told), { headers });
    };
    if (isPlainText(format)) return answer();
    const { jsonKeepalive: seconds } = config;
    return patient(answer(), { seconds, trace: traced, render: renderError });
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
        responses: answers(TranscriptAnswer, STATUSES, {
          examples: TRANSCRIPT_ANSWERS,
          events: TRANSCRIPT_EVENTS,
        }),
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
        responses: answers(TranscriptAnswer, STATUSES, { examples: TRANSCRIPT_ANSWERS }),
      },
    });
}

/** A failure after the first byte is an event of its own. */
async function* told(
  result: () => Promise<{ heard: Said }>,
  format: TranscriptFormat,
  signal: AbortSignal,
  traced: Trace,
): AsyncGenerator<string> {
  try {
    const { heard } = await result();
    for (const event of transcriptEvents(format, heard)) yield frame(event.type, event);
  } catch (error) {
    if (signal.aborted) return;
    traced.error = error;
    yield errorFrame(error);
  }
}

/** What of OpenAI's parameters is for the model. */
function transcriptionRequest(
  params: TranscriptionParams,
  { task, words, diarize }: { task: Task; words: boolean; diarize: boolean },
): Omit<TranscriptionRequest, "file"> {
  const { model: _, response_format: __, stream: ___, ...rest } = params;
  const { timestamp_granularities: ____, language, prompt, temperature, ...extra } = rest;
  const said = { language, prompt, temperature, ...(diarize ? { diarize } : {}) };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { task, words, ...Object.fromEntries(given), extra };
}

/** The model's words; how long the sound is, from the file itself where the model does not say. */
async function outcome(settled: Settled, task: Task, { file }: Attachment): Promise<Said> {
  const { language, ...heard } = written(settled);
  const spoken = task === "translate" ? "en" : language;
  const duration = heard.duration ?? soundSeconds(await file.bytes());
  return {
    ...heard,
    ...(spoken === undefined ? {} : { language: languageName(spoken) }),
    ...(duration === undefined ? {} : { duration }),
  } as Said;
}
