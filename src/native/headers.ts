/** Which headers pass between a client and fal, in each direction. */

/** Everything of fal's own goes along; of the rest only what describes the body. */
const TO_FAL = /^(x-fal-.+|x-app-fal-.+|content-type|content-encoding|accept|user-agent|range)$/;
/** Said to falgate and to nobody else: the proxy protocol's own words, and a key by any name. */
const NOT_TO_FAL = /^x-fal-(target-url|client-proxy|.*(key|token|authorization))$/;

const TO_CLIENT =
  /^(x-fal-.+|content-type|content-length|content-encoding|content-range|accept-ranges|cache-control|etag|last-modified|retry-after|location)$/;

/** True of a body as it came, and no longer of one that was read and written anew. */
const OF_THE_BYTES = new Set(["content-length", "content-encoding"]);

/**
 * The client's headers that fal may see; never its key. `identity`, because what fal sends is
 * relayed byte for byte and read on the way where it must be. `streamed`: a body that is not held
 * keeps the length that its sender gave, which no one else knows.
 */
export function toFal(headers: Headers, streamed = false): Record<string, string> {
  const length = streamed ? headers.get("content-length") : null;
  const passed = only(headers, (name) => TO_FAL.test(name) && !NOT_TO_FAL.test(name));
  passed["accept-encoding"] = "identity";
  if (length !== null) passed["content-length"] = length;
  return passed;
}

/** fal's headers that the client may see. What describes the bytes is left out where they changed. */
export function toClient(headers: Headers, changed = false): Record<string, string> {
  return only(headers, (name) => TO_CLIENT.test(name) && !(changed && OF_THE_BYTES.has(name)));
}

/** The part of a result's headers that is worth keeping with it. */
export function keptHeaders(headers: Headers): Record<string, string> {
  return only(headers, (name) => name.startsWith("x-fal-") || name === "content-type");
}

/** Every request passes here, and `toJSON` costs half of what iterating does. */
function only(headers: Headers, pass: (name: string) => boolean): Record<string, string> {
  const all = headers.toJSON();
  const passed: Record<string, string> = {};
  for (const name in all) if (pass(name)) passed[name] = all[name]!;
  return passed;
}
