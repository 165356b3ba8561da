/** Parts of a file, as players ask for them to seek (RFC 9110, 14). */

export interface Range {
  /** First and last byte, inclusive. */
  from: number;
  to: number;
}

/** A file of which any part can be read. */
export interface Ranged {
  bytes: number;
  read(range?: Range): ReadableStream<Uint8Array> | Blob;
}

/** The file, the part of it that the request asks for, or 416. */
export function ranged(
  { bytes, read }: Ranged,
  request: Request,
  headers: Record<string, string>,
): Response {
  const range = rangeOf(request.headers.get("range"), bytes);
  if (range === "unsatisfiable") return unsatisfiable(`bytes */${bytes}`);
  const all = { ...headers, "accept-ranges": "bytes" };
  if (range === undefined) {
    return new Response(read(), { headers: { ...all, "content-length": String(bytes) } });
  }
  const { from, to } = range;
  return new Response(read(range), {
    status: 206,
    headers: {
      ...all,
      "content-length": String(to - from + 1),
      "content-range": `bytes ${from}-${to}/${bytes}`,
    },
  });
}

export function unsatisfiable(contentRange: string): Response {
  return new Response(null, { status: 416, headers: { "content-range": contentRange } });
}

/** A request's one range, in words that may go on to another host; several at once are none. */
export function oneRange({ headers }: Request): string | undefined {
  const [range] = /^bytes=(?:\d+-\d*|-\d+)$/.exec(headers.get("range") ?? "") ?? [];
  return range;
}

/** Several ranges at once are answered with the whole (RFC 9110, 14.2). */
function rangeOf(header: string | null, bytes: number): Range | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from > to || from >= bytes ? "unsatisfiable" : { from, to };
}
