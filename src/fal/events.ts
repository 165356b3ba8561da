/** Server-sent events as fal writes them: bytes in, whole events out. */

export interface ServerEvent {
  event: string;
  data: string;
}

/** Fed with text, however the network has cut it; gives the events that are whole by now. */
export interface EventParser {
  push(text: string): ServerEvent[];
}

/**
 * An event is whole once its blank line has arrived. Line ends may be CRLF, CR or LF; comments are
 * skipped (WHATWG HTML, "Server-sent events", 9.2.6).
 */
export function createEventParser(): EventParser {
  return new LineParser();
}

class LineParser implements EventParser {
  #rest = "";
  #event = "";
  #data: string[] | undefined;
  /** The last piece ended in a CR: an LF at the beginning of the next belongs to it. */
  #halfEnd = false;

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    if (text === "") return events;
    const all = this.#rest + (this.#halfEnd && text.startsWith("\n") ? text.slice(1) : text);
    this.#halfEnd = text.endsWith("\r");
    const lines = all.split(all.includes("\r") ? /\r\n|\n|\r/ : "\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line !== "") {
        this.#read(line);
        continue;
      }
      if (this.#data) events.push({ event: this.#event, data: this.#data.join("\n") });
      this.#event = "";
      this.#data = undefined;
    }
    return events;
  }

  #read(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") (this.#data ??= []).push(value);
    if (field === "event") this.#event = value;
  }
}

/** The events of a body, one at a time. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const parser = createEventParser();
  for await (const chunk of body) yield* parser.push(decoder.decode(chunk, { stream: true }));
}
