/** From the text of an upstream's stream, cut anywhere by the network, to what a relay writes for it. */
import { createEventParser, type EventParser } from "../fal/events.ts";
import type { Relay } from "../openai/chat/relay.ts";

/**
 * Events cut anywhere by the network are put together. Whole ones go to the relay's quick way first;
 * only what is unknown there is taken apart and parsed. Other line ends than LF are for the parser.
 */
export class Translator {
  readonly #relay: Relay;
  #parser: EventParser | undefined;
  #rest = "";
  #simple = true;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  /** What the relay writes for one piece of the upstream's text. */
  translate(text: string): string {
    this.#simple &&= !text.includes("\r");
    const all = this.#rest + text;
    if (!this.#simple) {
      this.#rest = "";
      return this.#parsed(all);
    }
    const end = all.lastIndexOf("\n\n") + 2;
    if (end < 2) {
      this.#rest = all;
      return "";
    }
    this.#rest = all.slice(end);
    const events = all.slice(0, end);
    return this.#relay.quick(events) ?? this.#parsed(events);
  }

  #parsed(text: string): string {
    let written = "";
    for (const { data } of this.#forParts().push(text)) written += this.#relay.push(data);
    return written;
  }

  /** Whole events leave nothing in a parser, which then need not be held for as long as the stream. */
  #forParts(): EventParser {
    return this.#simple ? createEventParser() : (this.#parser ??= createEventParser());
  }
}
