/** A generation's sound as OpenAI's clients hear it: the file, or events. */
import type { Wait } from "../generation/generation.ts";
import { refusal } from "../generation/pictures.ts";
import { sounded, type SpeechPlan } from "../generation/speak.ts";
import { base64 } from "../http/base64.ts";
import { byteStream, frame } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import { speechDelta, speechDone, type SpeechParams } from "../openai/speech.ts";
import { errorFrame } from "./errors.ts";
import { adjustments, type Files, type Waited } from "./pictures.ts";
import { type SoundFile, soundFile } from "./sound-file.ts";

/** What is spoken, and how the client wants it. */
export interface Speaking {
  plan: Pick<SpeechPlan, "formatOf">;
  asked: Pick<SpeechParams, "response_format">;
}

/** The file, as it was asked for or as the model gives it. */
export async function speechResponse(
  generation: Waited,
  wait: Wait,
  speaking: Speaking,
  files: Files,
  trace: Trace,
): Promise<Response> {
  const { file, adjusted } = await opened(generation, wait, speaking, files, trace);
  const headers = { "content-type": file.contentType, ...adjustments(adjusted) };
  return byteStream(file.body, { trace, headers });
}

/** The same in pieces. A failure after the first byte is an event of its own. */
export async function* speechEvents(
  generation: Waited,
  wait: Wait,
  speaking: Speaking,
  files: Files,
  trace: Trace,
): AsyncGenerator<string> {
  try {
    const { file } = await opened(generation, wait, speaking, files, trace);
    for await (const piece of base64(file.body)) {
      yield frame("speech.audio.delta", speechDelta(piece));
    }
    yield frame(speechDone.type, speechDone);
  } catch (error) {
    if (wait.signal.aborted) return;
    trace.error = error;
    yield errorFrame(error);
  }
}

async function opened(
  generation: Waited,
  wait: Wait,
  { plan, asked: { response_format } }: Speaking,
  files: Files,
  trace: Trace,
): Promise<{ file: SoundFile; adjusted: readonly string[] }> {
  const settled = await generation.wait(wait);
  trace.upstreamMs = settled.upstreamMs;
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
