/** `/v1/audio/speech`: words spoken. */
import { Elysia } from "elysia";
import type { Kept } from "../generation/settled.ts";
import { speaking } from "../generation/speak.ts";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import type { SpeechRequest } from "../models/fit/speech.ts";
import { SpeechParams } from "../openai/speech.ts";
import type { Deps } from "./deps.ts";
import { SPEECH_ANSWER, SPEECH_REQUESTS } from "./examples/audio.ts";
import { TASK_BEGUN } from "./examples/tasks.ts";
import { handout } from "./links.ts";
import { permittedModel } from "./model.ts";
import { speechEvents, speechResponse } from "./speech-answer.ts";
import { asked, patience } from "./waiting.ts";
import { asksNotToWait, withoutWaiting } from "./without-waiting.ts";

export function speech(deps: Deps) {
  const { config, generations } = deps;
  const leave = withoutWaiting(deps);

  async function speak(body: SpeechParams, request: Request): Promise<Response> {
    const traced = trace(request);
    traced.model = body.model;
    const streams = body.stream_format === "sse";
    const without = asksNotToWait(request, body, streams);
    const asks = speechRequest(body);
    const plan = speaking(permittedModel(deps, body.model, request), asks);
    const { model, response_format, callback_url: callbackUrl } = body;
    const form = response_format === undefined ? {} : { response_format };
    if (without) {
      const errand = { kind: "speech", request: asks, model, view: form, said: body } as const;
      return leave(request, { ...errand, callbackUrl });
    }
    const generation = generations.begin(asked(request, plan, body));
    const wait = patience(request, config.requestTimeout);
    const files = (kept?: Kept) => handout(deps, request, kept);
    const speech = { plan, asked: form };
    if (!streams) return speechResponse(generation, wait, speech, files, traced);
    // A refusal by fal still gets its own status: the stream opens once fal has taken the request.
    await generation.accepted(wait);
    const events = speechEvents(generation, wait, speech, files, traced);
    return eventStream(events, { trace: traced, silence: config.streamKeepalive * 1000 });
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
          202: TASK_BEGUN,
        },
      },
    },
  );
}

/** What of OpenAI's parameters is for the model. */
function speechRequest(body: SpeechParams): SpeechRequest {
  const { model: _, input, voice, speed, instructions, response_format, ...rest } = body;
  const { stream_format: __, async: ___, callback_url: ____, ...extra } = rest;
  const name = typeof voice === "object" ? voice.id : voice;
  const said = { voice: name, speed, instructions, response_format };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { input, ...Object.fromEntries(given), extra };
}
