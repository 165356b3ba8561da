/** Answers that are written as they come about: server-sent events, and long JSON. */
import type { Trace } from "./trace.ts";

export interface StreamOptions {
  trace: Trace;
  headers?: Record<string, string>;
  keepAlive?: KeepAlive;
  /** Of an event stream: milliseconds after which a comment keeps it open. */
  silence?: number;
}

/** What is written when nothing else has been for a while. */
export interface KeepAlive {
  text: string;
  /** Milliseconds. */
  silence: number;
  /** Whether it may follow the piece that was written last: never inside an event or a document. */
  after(piece: string): boolean;
}

/** A comment, named anything but ping: some clients take `: ping` for the end of a buffer (Continue). */
const COMMENT: KeepAlive = {
  text: ": keep-alive\n\n",
  silence: 15_000,
  after: (piece) => piece === "" || piece.endsWith("\n\n"),
};

/** Headers under which no proxy buffers or rewrites an event stream. */
const EVENT_STREAM = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** A comment keeps the connection open while the source is silent between two events. */
export function eventStream(frames: AsyncIterable<string>, options: StreamOptions): Response {
  const { silence = COMMENT.silence } = options;
  const keepAlive = { ...COMMENT, silence };
  const headers = { ...EVENT_STREAM, ...options.headers };
  return new Response(pump(frames, { ...options, keepAlive }), { headers });
}

/** A JSON document in pieces. */
export function jsonStream(pieces: AsyncIterable<string>, options: StreamOptions): Response {
  const headers = { "content-type": "application/json", ...options.headers };
  return new Response(pump(pieces, options), { headers });
}

/** Bytes as they come. */
export function byteStream(bytes: AsyncIterable<Uint8Array>, options: StreamOptions): Response {
  return new Response(pump(bytes, options), { headers: options.headers ?? {} });
}

/** Pulls the source no faster than the client reads, and tells it when the client has left. */
export function pump(
  source: AsyncIterable<string | Uint8Array>,
  { trace, keepAlive }: StreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  const { promise, resolve } = Promise.withResolvers<void>();
  trace.ended = promise;
  let timer: Timer | undefined;
  let last = "";
  const finish = () => {
    clearInterval(timer);
    resolve();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (!keepAlive) return;
      const comment = encoder.encode(keepAlive.text);
      timer = setInterval(() => {
        if (keepAlive.after(last)) controller.enqueue(comment);
      }, keepAlive.silence);
    },
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) {
          finish();
          controller.close();
          return;
        }
        timer?.refresh();
        const text = typeof value === "string";
        if (text) last = value;
        controller.enqueue(text ? encoder.encode(value) : value);
      } catch (error) {
        // The head is out: breaking the connection is the one way left to say that it failed.
        trace.error = error;
        finish();
        // Without a reason: Bun would print it to standard error, past the log.
        controller.error(undefined);
      }
    },
    async cancel() {
      finish();
      await iterator.return?.();
    },
  });
}

/** One server-sent event; `data` is JSON on a single line. */
export function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
