/** Answers that are written as they come about: server-sent events, and long JSON. */
import { type Listener, onSilence, type Silence } from "./silence.ts";
import type { Trace } from "./trace.ts";

export interface StreamOptions {
  trace: Trace;
  headers?: Record<string, string>;
  /** 200 unless it says otherwise. */
  status?: number;
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
  const { status = 200, headers = {} } = options;
  return new Response(pump(bytes, options), { status, headers });
}

/** Pulls the source no faster than the client reads, and tells it when the client has left. */
export function pump(
  source: AsyncIterable<string | Uint8Array>,
  { trace, keepAlive }: StreamOptions,
): ReadableStream<Uint8Array> {
  return new ReadableStream(new Pump(source[Symbol.asyncIterator](), trace, keepAlive) as never);
}

/**
 * A stream's beginning leaves more garbage than the stream itself holds, and the collector, which
 * counts buffers that are never filled, comes late: thousands of beginnings would pile up.
 */
const COLLECTED_EVERY = 512;
let begun = 0;

/** Bun's own kind of controller: takes text as it is, and holds less for each stream. */
interface Sink {
  write(piece: string | Uint8Array): unknown;
  /** Sends what was written; with `wait`, a promise as long as the client has not read enough of it. */
  flush(wait?: boolean): unknown;
  close(): void;
}

class Pump implements Listener {
  readonly type = "direct";
  readonly #source: AsyncIterator<string | Uint8Array>;
  readonly #trace: Trace;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #finish: () => void;
  #sink: Sink | undefined;
  #silence: Silence | undefined;
  /** Whether the keep-alive may be written now. Of the piece before, nothing else is held. */
  #between: boolean;
  #over = false;

  constructor(
    source: AsyncIterator<string | Uint8Array>,
    trace: Trace,
    keepAlive: KeepAlive | undefined,
  ) {
    this.#source = source;
    this.#trace = trace;
    this.#keepAlive = keepAlive;
    this.#between = keepAlive?.after("") === true;
    const { promise, resolve } = Promise.withResolvers<void>();
    trace.ended = promise;
    this.#finish = resolve;
    begun += 1;
    if (begun % COLLECTED_EVERY === 0) Bun.gc(false);
  }

  silent(): void {
    if (!this.#between) return;
    this.#sink!.write(this.#keepAlive!.text);
    this.#sink!.flush();
  }

  async pull(sink: Sink): Promise<void> {
    this.#sink = sink;
    if (this.#keepAlive) this.#silence = onSilence(this.#keepAlive.silence, this);
    try {
      while (!this.#over) {
        const { done, value } = await this.#source.next();
        if (done || this.#over) break;
        this.#silence?.broken();
        if (this.#keepAlive && typeof value === "string") {
          this.#between = this.#keepAlive.after(value);
        }
        sink.write(value);
        const flushed = sink.flush(true);
        if (flushed instanceof Promise) await flushed;
      }
    } catch (error) {
      // The head is out: breaking the connection is the one way left to say that it failed.
      this.#trace.error = error;
      this.#end();
      // Without a reason: Bun would print it to standard error, past the log.
      throw undefined;
    }
    this.#end();
    sink.close();
  }

  async cancel(): Promise<void> {
    this.#end();
    await this.#source.return?.();
  }

  #end(): void {
    this.#over = true;
    this.#silence?.stop();
    this.#finish();
  }
}

/** One server-sent event; `data` is JSON on a single line. */
export function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
