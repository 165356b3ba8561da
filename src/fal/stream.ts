/** fal's `/stream`: a call whose output comes as it grows, the last event being the whole of it. */
import { billableUnits, FalError, statedUnits } from "./error.ts";
import { serverEvents } from "./events.ts";
import type { FalKey } from "./keys.ts";
import type { Transport } from "./transport.ts";

export interface Growing {
  /** Each event's output; the last one is the result. Rejects with FalError when it is cut. */
  outputs: AsyncIterable<unknown>;
  /** `X-Fal-Billable-Units`; 0 when fal does not say. */
  units: number;
  /** The same; nothing when fal does not say. */
  billed?: number | undefined;
  requestId?: string | undefined;
  /** The key that the call was made with. */
  key: FalKey;
}

export interface Streams {
  /** Resolves once fal has taken the call. Aborting `signal` ends it. */
  open(endpoint: string, input: unknown, signal: AbortSignal, first?: FalKey): Promise<Growing>;
}

export interface StreamsOptions {
  transport: Transport;
  /** Base of fal's synchronous API: `/stream` is served there and not on the queue. */
  url: string;
}

export function createStreams({ transport, url }: StreamsOptions): Streams {
  const base = url.replace(/\/+$/, "");
  return {
    async open(endpoint, input, signal, first) {
      const { response, key } = await transport.send({
        method: "POST",
        url: `${base}/${endpoint}/stream`,
        body: input,
        headers: { accept: "text/event-stream" },
        signal,
        first,
      });
      const { headers } = response;
      return {
        outputs: outputs(response, key.name),
        units: billableUnits(headers),
        billed: statedUnits(headers),
        requestId: headers.get("x-fal-request-id") ?? undefined,
        key,
      };
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
