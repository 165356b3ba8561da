/** Server-sent events as fal writes them: bytes in, whole events out. */

export interface ServerEvent {
  event: string;
  data: string;
}

/**
 * Yields each event once its blank line has arrived. Line ends may be CRLF, CR or LF and may be cut
 * anywhere by the network; comments are skipped (WHATWG HTML, "Server-sent events", 9.2.6).
 */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be the first half of a CRLF: it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { event, data: data.join("\n") };
        event = "";
        data = [];
        continue;
      }
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
      if (field === "data") data.push(value);
      if (field === "event") event = value;
    }
  }
}
