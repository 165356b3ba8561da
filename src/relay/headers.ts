/** Which headers pass between a client and fal, in each direction. */

/** Everything of fal's own goes along; of the rest only what describes the body. */
const TO_FAL = /^(x-fal-.+|x-app-fal-.+|content-type|accept|user-agent|range)$/;
/** The proxy protocol's own header says where a call goes, to falgate and to nobody else. */
const NOT_TO_FAL = new Set(["x-fal-target-url", "x-fal-client-proxy"]);

const TO_CLIENT =
  /^(x-fal-.+|content-type|content-length|content-range|accept-ranges|cache-control|etag|last-modified|retry-after|location)$/;

/**
 * The client's headers that fal may see; never its key. `identity`, because what fal sends is
 * relayed byte for byte and read on the way where it must be.
 */
export function toFal(headers: Headers): Record<string, string> {
  const passed = [...headers].filter(([name]) => TO_FAL.test(name) && !NOT_TO_FAL.has(name));
  return { ...Object.fromEntries(passed), "accept-encoding": "identity" };
}

/** fal's headers that the client may see. Lengths are left out where the body has been changed. */
export function toClient(headers: Headers, changed = false): Record<string, string> {
  const passed = [...headers].filter(
    ([name]) => TO_CLIENT.test(name) && !(changed && name === "content-length"),
  );
  return Object.fromEntries(passed);
}

/** The part of a result's headers that is worth keeping with it. */
export function keptHeaders(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(
    ([name]) => name.startsWith("x-fal-") || name === "content-type",
  );
  return Object.fromEntries(kept);
}
