/** fal's `/stream`: a call whose output comes as it grows, the last event being the whole of it. */
import { billableUnits, FalError } from "./error.ts";
import { serverEvents } from "./events.ts";
import type { Transport } from "./transport.ts";

export interface Growing {
  /** Each event's output; the last one is the result. Rejects with FalError when it is cut. */
  outputs: AsyncIterable<unknown>;
  /** `X-Fal-Billable-Units`. */
  units: number;
}

export interface Streams {
  /** Resolves once fal has taken the call. Aborting `signal` ends it. */
  open(endpoint: string, input: unknown, signal: AbortSignal): Promise<Growing>;
}

export interface StreamsOptions {
  transport: Transport;
  /** Base of fal's synchronous API: `/stream` is served there and not on the queue. */
  url: string;
}

export function createStreams({ transport, url }: StreamsOptions): Streams {
  const base = url.replace(/\/+$/, "");
  return {
    async open(endpoint, input, signal) {
      const { response, key } = await transport.send({
        method: "POST",
        url: `${base}/${endpoint}/stream`,
        body: input,
        headers: { accept: "text/event-stream" },
        signal,
      });
      return { outputs: outputs(response, key.name), units: billableUnits(response.headers) };
    },
  };
}

async function* outputs({ body }: Response, key: string): AsyncGenerator<unknown> {
  try {
    for await (const { data } of serverEvents(body!)) yield JSON.parse(data);
  } catch (cause) {
    // The call is under way and cannot be asked for again: nobody knows whether it was paid for.
    const message = "the stream of outputs was cut short";
    throw new FalError({ status: 0, message, key, ambiguous: true, cause });
  }
}
