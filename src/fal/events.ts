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
  let rest = "";
  let event = "";
  let data: string[] = [];
  /** The last piece ended in a CR: an LF at the beginning of the next belongs to it. */
  let halfEnd = false;
  return {
    push(text) {
      const events: ServerEvent[] = [];
      if (text === "") return events;
      rest += halfEnd && text.startsWith("\n") ? text.slice(1) : text;
      halfEnd = text.endsWith("\r");
      const lines = rest.split(rest.includes("\r") ? /\r\n|\n|\r/ : "\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) events.push({ event, data: data.join("\n") });
          event = "";
          data = [];
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
        if (field === "data") data.push(value);
        if (field === "event") event = value;
      }
      return events;
    },
  };
}

/** The events of a body, one at a time. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const parser = createEventParser();
  for await (const chunk of body) yield* parser.push(decoder.decode(chunk, { stream: true }));
}
