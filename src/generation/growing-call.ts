/** One call whose picture is shown while it grows. */
import { FalError } from "../fal/error.ts";
import { endOf, type Purchase } from "../fal/purchase.ts";
import type { Result, Status } from "../fal/queue.ts";
import type { Growing, Streams } from "../fal/stream.ts";
import type { Call, CancelPolicy } from "./call.ts";

/** OpenAI's most `partial_images`: further stages would only be held, and each is a whole picture. */
const SHOWN = 3;

/** The same as `startCall`, over fal's `/stream`: it never waits in a queue, and ends with its connection. */
export function startGrowingCall(
  streams: Streams,
  purchase: Purchase,
  { endpoint, input }: { endpoint: string; input: unknown },
  changed: () => void,
): Call {
  const controller = new AbortController();
  const partials: unknown[] = [];
  let status: Status = { status: "IN_QUEUE" };
  let waits = true;

  async function open(): Promise<Growing> {
    const turn = purchase.turn({
      signal: controller.signal,
      waiting(ahead) {
        status = { status: "IN_QUEUE", queue_position: ahead };
        changed();
      },
    });
    const key = turn instanceof Promise ? await turn : turn;
    waits = false;
    status = { status: "IN_PROGRESS" };
    if (turn) changed();
    const growing = await streams.open(endpoint, input, controller.signal, key);
    purchase.taken({ requestId: growing.requestId, falKey: growing.key.id });
    purchase.started();
    return growing;
  }

  async function grown({ outputs, units }: Growing): Promise<Result> {
    let last: { output: unknown } | undefined;
    for await (const output of outputs) {
      if (last && partials.length < SHOWN) partials.push(last.output);
      last = { output };
      if (partials.length > 0) changed();
    }
    if (last) return { output: last.output, units };
    throw new FalError({ status: 502, message: `${endpoint} streamed no output`, units });
  }

  const accepted = open();

  async function follow(): Promise<Result> {
    let billed: number | undefined;
    try {
      const growing = await accepted;
      billed = growing.billed;
      const result = await grown(growing);
      purchase.ended({ state: "completed", units: billed });
      return result;
    } catch (error) {
      // What fal has said at the beginning stands, however the stream ended.
      purchase.ended({ ...endOf(error), ...(billed === undefined ? {} : { units: billed }) });
      throw error;
    }
  }

  const withdraw = () => controller.abort();

  async function abandon(policy: CancelPolicy): Promise<boolean> {
    if (policy === "never") return false;
    if (!waits) await accepted;
    if (!waits && policy !== "always") return false;
    withdraw();
    return true;
  }

  return {
    accepted,
    result: follow(),
    status: () => status,
    started: () => !waits,
    partials: () => partials,
    waits: () => waits,
    withdraw,
    abandon,
  };
}
