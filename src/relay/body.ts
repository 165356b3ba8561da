/** A client's body on its way to fal: small ones are looked at, large ones only stream through. */

/** Up to here a body is held, so that it can be checked and sent again under another key. */
const HELD = 1024 * 1024;

export type Body = Uint8Array | ReadableStream<Uint8Array> | null;

/** The bytes of a body that says it is small, the stream of any other, null for none. */
export async function bodyOf(request: Request): Promise<Body> {
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length <= HELD) return length === 0 ? null : new Uint8Array(await request.arrayBuffer());
  return request.body;
}

/** fal's own 422 for a model's input that is not JSON; nothing for one that is, or that was not held. */
export function jsonFault(body: Body): Response | undefined {
  if (body instanceof ReadableStream) return undefined;
  try {
    JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()));
    return undefined;
  } catch {
    const msg = "the body is not valid JSON";
    const detail = [{ loc: ["body"], msg, type: "json_invalid" }];
    return Response.json({ detail, message: msg }, { status: 422 });
  }
}
