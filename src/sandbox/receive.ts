/** Turns an HTTP request into a call: its body read and parsed, its address decoded. */
import type { Call, Host } from "./call.ts";
import { decode } from "./url.ts";

/** The caller's own idea of our address; a proxy in front may have changed the scheme. */
export function originOf(request: Request): string {
  const url = new URL(request.url);
  const scheme = request.headers.get("x-forwarded-proto") ?? url.protocol.slice(0, -1);
  const host = request.headers.get("host") ?? url.host;
  return `${scheme === "https" ? "https" : "http"}://${host}`;
}

/** Reads a request whole and has it recorded. */
export async function receive(
  request: Request,
  host: Host,
  path: string,
  record: (call: Call, size: number) => void,
): Promise<Call> {
  const bytes = request.body ? await request.bytes() : new Uint8Array();
  const text = host === "media" ? "" : new TextDecoder().decode(bytes);
  const call: Call = {
    request,
    method: request.method,
    host,
    path: decode(path),
    query: new URL(request.url).searchParams,
    body: parse(text),
    ...(host === "media" && bytes.length && { bytes }),
    origin: originOf(request),
    id: crypto.randomUUID(),
  };
  record(call, bytes.length);
  return call;
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
