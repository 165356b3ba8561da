/** Base64 of a stream, a piece at a time: the whole is never in memory. */

/** Three bytes become four characters, so up to two bytes wait for the next chunk. */
export async function* base64(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let left: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytes) {
    const joined = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    const whole = joined.length - (joined.length % 3);
    left = joined.subarray(whole);
    if (whole > 0) yield encode(joined.subarray(0, whole));
  }
  if (left.length > 0) yield encode(left);
}

const encode = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
