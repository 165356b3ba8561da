/** Sends a language model's stream frame by frame, and spoils it the way a marker asks. */
import { amount, duration, type Marker } from "./marker.ts";

export interface Frames {
  /** Complete `data: …` frames, ready to send, in order. */
  readonly frames: Promise<readonly string[]>;
  /** The frame that tells of an error in mid-stream. */
  readonly error: string;
  readonly pause: number;
}

const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
/** What OpenRouter sends before the first frame, to keep the connection alive. */
const processing = ": OPENROUTER PROCESSING\n\n";

export function sendFrames(marker: Marker, { frames, error, pause }: Frames): Response {
  const wait = duration(marker.get("delay")) ?? pause;
  const most = amount(marker.get("cut"));
  let gone = false;
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      let left = most ?? Infinity;
      const send = (text: string) => {
        const bytes = new TextEncoder().encode(text).subarray(0, left);
        if (bytes.length) controller.enqueue(bytes);
        left -= bytes.length;
      };
      send(processing);
      const made = spoiled(await frames, marker, error);
      for (const [index, frame] of made.entries()) {
        if (index && wait) await Bun.sleep(wait);
        if (gone) return;
        send(frame);
        if (left > 0) continue;
        // The bytes must reach the wire before the reset overtakes them; see cut() in reply.ts.
        await Bun.sleep(20);
        return controller.error(undefined);
      }
      controller.close();
    },
    cancel: () => void (gone = true),
  });
  return new Response(stream, { headers });
}

function spoiled(frames: readonly string[], marker: Marker, error: string): readonly string[] {
  const middle = Math.ceil(frames.length / 2);
  if (marker.has("error-frame")) return [...frames.slice(0, middle), error];
  if (!marker.has("garbage")) return frames;
  return [
    ...frames.slice(0, middle),
    'data: {"choices": [{"delta": oops\n\n',
    ...frames.slice(middle),
  ];
}
