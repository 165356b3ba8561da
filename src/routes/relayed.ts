/** The upstream's stream through a relay, a step for each piece that has something to say. */
import type { Deadline } from "../http/deadline.ts";
import type { Relay } from "../openai/chat/relay.ts";
import { Translator } from "./translator.ts";

type Step = IteratorResult<string, undefined>;

export interface Frames extends AsyncIterable<string> {
  /** Asks for the first step, which is given again where the iteration begins. */
  begin(): Promise<Step>;
}

/** Told of the end, whichever, with the characters that were written until then. */
export interface Ending {
  over(relay: Relay, length: number): void;
}

/** Leaving closes the upstream at once. */
export function relayed(
  body: ReadableStream<Uint8Array>,
  relay: Relay,
  deadline: Deadline,
  ending: Ending,
): Frames {
  return new Relayed(body, relay, deadline, ending);
}

/** Bun's reader gives all that waits at once, where the standard's gives one network chunk. */
type Reader = ReturnType<ReadableStream<Uint8Array>["getReader"]> &
  ReadableStreamDefaultReader<Uint8Array>;

/**
 * Written by hand: it runs for every token of every stream, where a generator would cost more than
 * all the rest, and thousands of them stand open at once, where every closure counts.
 */
class Relayed implements Frames, AsyncIterator<string, undefined> {
  readonly #reader: Reader;
  readonly #relay: Relay;
  readonly #deadline: Deadline;
  readonly #translator: Translator;
  #first: Promise<Step> | undefined;
  #decoder: TextDecoder | undefined;
  #ending: Ending | undefined;
  #length = 0;

  constructor(body: ReadableStream<Uint8Array>, relay: Relay, deadline: Deadline, ending: Ending) {
    this.#ending = ending;
    this.#reader = body.getReader() as Reader;
    this.#relay = relay;
    this.#deadline = deadline;
    this.#translator = new Translator(relay);
  }

  begin(): Promise<Step> {
    return (this.#first = this.next());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#next();
  }

  async return(): Promise<Step> {
    this.#deadline.clear();
    this.#ending?.over(this.#relay, this.#length);
    this.#ending = undefined;
    await this.#reader.cancel().catch(() => {}); // It may have failed already; either way it is over.
    return { done: true, value: undefined };
  }

  async #next(): Promise<Step> {
    while (!this.#relay.done()) {
      let text: string;
      let last = true;
      try {
        const { done, value } = await this.#reader.readMany();
        text = done ? this.#relay.end() : this.#translator.translate(this.#decode(value));
        last = done;
      } catch {
        text = this.#broken();
      }
      if (text !== "") {
        this.#deadline.extend();
        this.#length += text.length;
        return { done: false, value: text };
      }
      if (last) break;
    }
    return this.return();
  }

  /** Everything that has arrived by now, as one text. */
  #decode(pieces: readonly Uint8Array[]): string {
    let text = "";
    for (const piece of pieces) text += this.#decoded(piece);
    return text;
  }

  /** A piece that ends within a character needs a decoder that remembers; few streams have one. */
  #decoded(piece: Uint8Array): string {
    if (!this.#decoder && (piece.at(-1) ?? 0) < 0x80) return DECODER.decode(piece);
    this.#decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
    return this.#decoder.decode(piece, { stream: true });
  }

  /** What is written when reading failed: nothing to a client who has left. */
  #broken(): string {
    const { signal } = this.#deadline;
    if (this.#deadline.passed()) return this.#relay.fail({ kind: "error", error: signal.reason });
    return signal.aborted ? "" : this.#relay.end();
  }
}

/** Of whole characters. A mark of the byte order at the beginning of a piece is a character. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
