/** `/stream` of fal.run: partial outputs as events, the final output last. */
import { type Fields, isFields } from "./call.ts";
import type { Fal } from "./fal.ts";
import { tokensOf } from "./reading.ts";
import { duration } from "./marker.ts";
import { cut, fail } from "./reply.ts";
import type { Outcome, Work } from "./work.ts";

const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
/** Events before the last one, of outputs that do not grow word by word. */
const steps = 3;

export async function streamOutput(
  fal: Fal,
  work: Work,
  running: Promise<Outcome>,
  drop: boolean,
): Promise<Response> {
  const outcome = await running;
  if (outcome.fault) return fail(outcome.fault);
  const events = eventsOf(outcome.output);
  if (drop) return cut(frame(events[0]), headers);
  const pause = duration(work.marker.get("delay")) ?? fal.settings.chunkTime ?? 5;
  let gone = false;
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const encoder = new TextEncoder();
      for (const [index, event] of events.entries()) {
        if (index && pause) await Bun.sleep(pause);
        if (gone) return;
        controller.enqueue(encoder.encode(frame(event)));
      }
      controller.close();
    },
    cancel: () => void (gone = true),
  });
  const units = { "X-Fal-Billable-Units": String(outcome.units) };
  return new Response(stream, { headers: { ...headers, ...units } });
}

function frame(event: unknown): string {
  return `event: event\r\ndata: ${JSON.stringify(event)}\r\n\r\n`;
}

function eventsOf(output: unknown): unknown[] {
  if (!isFields(output)) return [output];
  if (typeof output["output"] === "string") return growing(output, output["output"]);
  // A model that draws shows the picture getting ready; here it is ready from the start.
  const partial = { ...output, ...("timings" in output && { timings: {} }) };
  return [...Array.from({ length: steps }, () => partial), output];
}

/** Every event repeats the text so far. */
function growing(output: Fields, text: string): unknown[] {
  let said = "";
  const { usage, ...rest } = output;
  const partial = tokensOf(text).map((token) => {
    said += token;
    return { ...rest, output: said, partial: true };
  });
  return [...partial, output];
}
