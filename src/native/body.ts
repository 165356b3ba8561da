/** A client's body on its way to fal: small ones are looked at, large ones only stream through. */
import { Stopped } from "../fal/pass.ts";

/** Up to here a body is held, so that it can be checked and sent again under another key. */
const HELD = 1024 * 1024;

export type Body = Uint8Array | ReadableStream<Uint8Array> | null;

/** `limit` in bytes; `tooLarge` is thrown at whoever reads on behind it. */
export interface Bounds {
  limit: number;
  tooLarge(limit: number): Error;
}

/** The bytes of a small body, the stream of a large one, null for none. */
export async function bodyOf(request: Request, bounds: Bounds): Promise<Body> {
  if (!request.body) return null;
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length <= HELD) return length === 0 ? null : new Uint8Array(await request.arrayBuffer());
  return length > HELD ? request.body : unmeasured(request.body, bounds);
}

/** A body as it comes in, and an end to it beyond the limit. */
export async function* chunksOf(request: Request, bounds: Bounds): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > bounds.limit) throw bounds.tooLarge(bounds.limit);
    yield chunk;
  }
}

/** A body that does not say how long it is shows it by ending early. */
async function unmeasured(body: ReadableStream<Uint8Array>, bounds: Bounds): Promise<Body> {
  const chunks = body[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  for (let size = 0; size <= HELD;) {
    const { done, value } = await chunks.next();
    if (done) return size === 0 ? null : Buffer.concat(held);
    held.push(value);
    size += value.length;
    if (size > bounds.limit) throw bounds.tooLarge(bounds.limit);
  }
  return counted(held, chunks, bounds);
}

function counted(
  held: Uint8Array[],
  chunks: AsyncIterator<Uint8Array>,
  { limit, tooLarge }: Bounds,
): ReadableStream<Uint8Array> {
  let size = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const value = held.shift() ?? (await chunks.next()).value;
      if (!value) return controller.close();
      size += value.length;
      if (size <= limit) return controller.enqueue(value);
      controller.error(new Stopped(tooLarge(limit)));
      await chunks.return?.();
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

/** What a client says that has not been told what it sends (curl, `fetch` given text) counts as JSON. */
const CLAIMS_JSON = /json|^text\/plain|^application\/x-www-form-urlencoded/i;

/** An application may take a form or bytes where it is called directly, never through the queue. */
export function claimsJson(headers: Headers): boolean {
  return CLAIMS_JSON.test(headers.get("content-type") ?? "application/json");
}

/**
 * fal's own 422 for an input that is not JSON. Nothing for one that is, or that cannot be judged:
 * none at all, not held, or packed.
 */
export function jsonFault(body: Body, headers: Headers): Response | undefined {
  const packed = (headers.get("content-encoding") ?? "identity") !== "identity";
  if (!(body instanceof Uint8Array) || packed) return undefined;
  try {
    JSON.parse(new TextDecoder().decode(body));
    return undefined;
  } catch {
    const msg = "the body is not valid JSON";
    const detail = [{ loc: ["body"], msg, type: "json_invalid" }];
    return Response.json({ detail, message: msg }, { status: 422 });
  }
}

/** An answer's text, although it was not decoded on its way here. */
export function textOf(response: Response): Promise<string> {
  const packing = response.headers.get("content-encoding");
  const format = packing === null ? undefined : FORMATS[packing.toLowerCase()];
  if (!format || !response.body) return response.text();
  const unpacked = response.body.pipeThrough(new DecompressionStream(format) as never);
  return new Response(unpacked as ReadableStream<Uint8Array>).text();
}

type Format = ConstructorParameters<typeof DecompressionStream>[0];

const FORMATS: Readonly<Record<string, Format | undefined>> = {
  gzip: "gzip",
  deflate: "deflate",
  br: "brotli",
  zstd: "zstd",
};
