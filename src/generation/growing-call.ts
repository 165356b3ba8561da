/** One call whose picture is shown while it grows. */
import { FalError } from "../fal/error.ts";
import type { Result } from "../fal/queue.ts";
import type { Growing, Streams } from "../fal/stream.ts";
import type { Call, CancelPolicy } from "./call.ts";

/** OpenAI's most `partial_images`: further stages would only be held, and each is a whole picture. */
const SHOWN = 3;

/** The same as `startCall`, over fal's `/stream`: it never waits in a queue, and ends with its connection. */
export function startGrowingCall(
  streams: Streams,
  endpoint: string,
  input: unknown,
  changed: () => void,
): Call {
  const controller = new AbortController();
  const partials: unknown[] = [];
  const accepted = streams.open(endpoint, input, controller.signal);

  async function follow(): Promise<Result> {
    const { outputs, units }: Growing = await accepted;
    let last: { output: unknown } | undefined;
    for await (const output of outputs) {
      if (last && partials.length < SHOWN) partials.push(last.output);
      last = { output };
      if (partials.length > 0) changed();
    }
    if (last) return { output: last.output, units };
    throw new FalError({ status: 502, message: `${endpoint} streamed no output`, units });
  }

  async function abandon(policy: CancelPolicy): Promise<boolean> {
    await accepted;
    if (policy !== "always") return false;
    controller.abort();
    return true;
  }

  return {
    accepted,
    result: follow(),
    status: () => ({ status: "IN_PROGRESS" }),
    started: () => true,
    partials: () => partials,
    abandon,
  };
}
