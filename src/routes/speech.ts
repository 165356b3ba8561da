/** `/v1/audio/speech`: words spoken. */
import { Elysia } from "elysia";
import type { Generation, Wait } from "../generation/generation.ts";
import { refusal } from "../generation/pictures.ts";
import type { Kept } from "../generation/keep.ts";
import { sounded, speaking, type SpeechPlan } from "../generation/speak.ts";
import { base64 } from "../http/base64.ts";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { byteStream, eventStream, frame } from "../http/stream.ts";
import { trace, type Trace } from "../http/trace.ts";
import type { SpeechRequest } from "../models/fit/speech.ts";
import { speechDelta, speechDone, SpeechParams } from "../openai/speech.ts";
import type { Deps } from "./deps.ts";
import { errorFrame } from "./errors.ts";
import { SPEECH_ANSWER, SPEECH_REQUESTS } from "./examples/audio.ts";
import { namedModel } from "./model.ts";
import { handout } from "./links.ts";
import { adjustments, type Files } from "./pictures.ts";
import { type SoundFile, soundFile } from "./sound-file.ts";
import { asked, patience } from "./waiting.ts";

export function speech(deps: Deps) {
  const { config, generations } = deps;

  async function speak(body: SpeechParams, request: Request): Promise<Response> {
    const traced = trace(request);
    traced.model = body.model;
    const plan = speaking(namedModel(deps, body.model), speechRequest(body));
    const generation = generations.begin(asked(request, plan, body));
    const wait = patience(request, config.requestTimeout);
    const files = (kept?: Kept) => handout(deps, request, kept);
    const opened = () => open(generation, wait, plan, body, files, traced);
    if (body.stream_format === "sse") {
      // A refusal by fal still gets its own status: the stream opens once fal has taken the request.
      await generation.accepted(wait);
      const events = spoken(opened, wait, traced);
      return eventStream(events, { trace: traced, silence: config.streamKeepalive * 1000 });
    }
    const { file, adjusted } = await opened();
    const headers = { "content-type": file.contentType, ...adjustments(adjusted) };
    return byteStream(file.body, { trace: traced, headers });
  }

  async function open(
    generation: Generation,
    wait: Wait,
    plan: SpeechPlan,
    { response_format }: SpeechParams,
    files: Files,
    traced: Trace,
  ): Promise<{ file: SoundFile; adjusted: readonly string[] }> {
    const settled = await generation.wait(wait);
    traced.upstreamMs = settled.upstreamMs;
    try {
      const found = await files(settled.kept).open(sounded(settled).url, wait.signal);
      const file = await soundFile(found, response_format, plan.formatOf(settled.endpoint));
      if (file.length === 0) {
        throw refusal(422, "no_media_generated", "The model finished with an empty sound.");
      }
      generation.delivered();
      const { instead } = file;
      const other = instead ? [`response_format ${response_format} became ${instead}`] : [];
      return { file, adjusted: [...settled.adjusted, ...other] };
    } catch (error) {
      generation.undelivered(wait);
      throw error;
    }
  }

  return new Elysia({ prefix: "/v1/audio", tags: ["Audio"] }).post(
    "/speech",
    ({ body, request }) => speak(body, request),
    {
      parse: jsonBody(config.maxBodySize * 1e6),
      body: SpeechParams,
      detail: {
        operationId: "createSpeech",
        summary: "Speak",
        description:
          "Says a text with any alias or any fal text-to-speech endpoint, in OpenAI's voices or the " +
          "model's own. What was approximated is in `x-falgate-adjusted`.",
        security: [{ bearer: [] }],
        ...requests(SPEECH_REQUESTS),
        responses: {
          ...answers(SpeechParams, [400, 401, 402, 404, 413, 422, 424, 429, 502, 503, 504]),
          200: SPEECH_ANSWER,
        },
      },
    },
  );
}

/** A failure after the first byte is an event of its own. */
async function* spoken(
  opened: () => Promise<{ file: SoundFile }>,
  wait: Wait,
  traced: Trace,
): AsyncGenerator<string> {
  try {
    const { file } = await opened();
    for await (const piece of base64(file.body)) {
      yield frame("speech.audio.delta", speechDelta(piece));
    }
    yield frame(speechDone.type, speechDone);
  } catch (error) {
    if (wait.signal.aborted) return;
    traced.error = error;
    yield errorFrame(error);
  }
}

/** What of OpenAI's parameters is for the model. */
function speechRequest(body: SpeechParams): SpeechRequest {
  const { model: _, input, voice, speed, instructions, response_format, ...rest } = body;
  const { stream_format: __, ...extra } = rest;
  const name = typeof voice === "object" ? voice.id : voice;
  const said = { voice: name, speed, instructions, response_format };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { input, ...Object.fromEntries(given), extra };
}
