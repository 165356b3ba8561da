/** A generation's transcript as OpenAI's clients read it: JSON, text, or events. */
import type { Settled } from "../generation/settled.ts";
import { written } from "../generation/transcribe.ts";
import { frame } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import { languageName } from "../models/fit/language.ts";
import { invalidRequest } from "../openai/error.ts";
import {
  isPlainText,
  type Said,
  transcriptEvents,
  type TranscriptFormat,
  transcriptJson,
  transcriptText,
} from "../openai/transcription.ts";
import { errorFrame } from "./errors.ts";
import { adjustments } from "./pictures.ts";

/** What was asked for, and what is known of the sound. JSON. */
export interface Hearing {
  task: "transcribe" | "translate";
  format: TranscriptFormat;
  /** When it was said must be told. */
  times: boolean;
  words: boolean;
  temperature?: number;
  /** How long the sound is, where its file says so. */
  seconds?: number;
}

/** The model's words; how long the sound is, from the file itself where the model does not say. */
export function heardOf(settled: Settled, { task, times, seconds }: Hearing): Said {
  const { language, ...heard } = written(settled);
  // Where nothing was said there are no times either.
  if (times && !heard.segments && heard.text !== "") {
    throw invalidRequest("The model did not tell when anything was said.", "response_format");
  }
  const spoken = task === "translate" ? "en" : language;
  const duration = heard.duration ?? seconds;
  return {
    ...heard,
    ...(spoken === undefined ? {} : { language: languageName(spoken) }),
    ...(duration === undefined ? {} : { duration }),
  } as Said;
}

export function transcriptResponse(settled: Settled, hearing: Hearing): Response {
  const { format, task, words, temperature } = hearing;
  const heard = heardOf(settled, hearing);
  const headers = adjustments(settled.adjusted);
  if (isPlainText(format)) {
    const type = { "content-type": "text/plain; charset=utf-8" };
    return new Response(transcriptText(format, heard), { headers: { ...headers, ...type } });
  }
  const told = { task, words, ...(temperature === undefined ? {} : { temperature }) };
  return Response.json(transcriptJson(format, heard, told), { headers });
}

/** A failure after the first byte is an event of its own. */
export async function* transcribed(
  settled: () => Promise<Settled>,
  hearing: Hearing,
  signal: AbortSignal,
  trace: Trace,
): AsyncGenerator<string> {
  try {
    const heard = heardOf(await settled(), hearing);
    for (const event of transcriptEvents(hearing.format, heard)) yield frame(event.type, event);
  } catch (error) {
    if (signal.aborted) return;
    trace.error = error;
    yield errorFrame(error);
  }
}
