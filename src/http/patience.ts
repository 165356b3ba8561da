/** A JSON answer that takes long: whitespace first, so that nothing between here and the client cuts it. */
import type { Trace } from "./trace.ts";
import { pump } from "./stream.ts";
import { within } from "./within.ts";

export interface Patience {
  /** Seconds of silence before the answer begins to trickle; 0 never. */
  seconds: number;
  trace: Trace;
  /** A failure as the client sees it, once its status can no longer say so. */
  render(error: unknown): Response;
}

/**
 * The answer itself if it comes in time, with its true status. Otherwise status 200 at once and a
 * blank every `seconds` until the body is there: JSON may begin with whitespace, and every SDK
 * parses it. A late failure is then an error body under status 200.
 */
export async function patient(
  answer: Promise<Response>,
  { seconds, trace, render }: Patience,
): Promise<Response> {
  if (seconds === 0) return answer;
  const first = await within(answer, seconds * 1000);
  if (first) return first;
  const late = answer.catch((error: unknown) => {
    trace.error = error;
    return render(error);
  });
  const keepAlive = { text: " ", silence: seconds * 1000, after: (piece: string) => piece === " " };
  const body = pump(text(late), { trace, keepAlive });
  return new Response(body, {
    headers: { "content-type": "application/json", "x-accel-buffering": "no" },
  });
}

async function* text(answer: Promise<Response>): AsyncGenerator<string> {
  yield " ";
  const { body } = await answer;
  if (!body) return;
  const decoder = new TextDecoder();
  for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
}
