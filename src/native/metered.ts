/** A direct call's answer on its way to the client, and what it has cost at its end. */
import { statedUnits } from "../fal/error.ts";
import type { End, EndState, Purchase } from "../fal/purchase.ts";
import { usageOf } from "../fal/usage.ts";

/**
 * fal states the units before the answer. Where it does not, a language model does at the answer's
 * end, which passes untouched. `asked`: characters of the question.
 */
export function metered(response: Response, purchase: Purchase, asked: number): Response {
  const { status, headers, body } = response;
  const units = statedUnits(headers);
  const streams = headers.get("content-type")?.startsWith("text/event-stream");
  if (!body || (units !== undefined && !streams)) {
    purchase.ended({ state: "completed", units });
    return response;
  }
  const over = (state: EndState, tail: string, length: number) =>
    purchase.ended({
      ...endOf(tail, asked, length),
      state,
      ...(units === undefined ? {} : { units }),
    });
  return new Response(watched(body, over), { status, headers });
}

/** Enough for the last words of any model. */
const TAIL = 8192;

/** The same bytes; `over` is told once how they ended, with the last of them and how many there were. */
function watched(
  body: ReadableStream<Uint8Array>,
  over: (state: EndState, tail: string, length: number) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let tail = "";
  let length = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        over("failed", tail, length);
        throw error;
      });
      if (done) {
        over("completed", tail, length);
        return controller.close();
      }
      length += value.length;
      tail = (tail + decoder.decode(value, { stream: true })).slice(-TAIL);
      controller.enqueue(value);
    },
    async cancel(reason) {
      over("cancelled", tail, length);
      await reader.cancel(reason);
    },
  });
}

/** Bytes of a stream for each token, and of a question: told where the model tells nothing. */
const CHUNK = 300;
const TOKEN = 4;

/** The last `"usage":{…}`, which may hold objects itself. */
const USAGE = /"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/g;

function endOf(tail: string, asked: number, length: number): End {
  const [, found] = [...tail.matchAll(USAGE)].at(-1) ?? [];
  const end = usageOf({ usage: found === undefined ? undefined : parsed(found) });
  const tokens = { input: Math.ceil(asked / TOKEN), output: Math.ceil(length / CHUNK) };
  return { ...end, tokens: end.tokens ?? tokens };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Words of the model's that look like it.
  }
}
