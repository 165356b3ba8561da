/** The keys that fal signs its webhooks with: fetched when needed, kept for a day. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { isSignedBy, type Signed } from "./signature.ts";

export interface KeySet {
  /** Whether fal has signed this. Rejects when its keys cannot be had. */
  verify(signed: Signed, digest: string): Promise<boolean>;
}

export interface KeySetOptions {
  /** Base of fal's REST API. */
  url: string;
  fetch?: typeof fetch;
  now?: () => number;
}

/** fal asks that its keys be cached for 24 hours at most (docs.fal.ai, "Webhooks"). */
const KEPT_MS = 24 * 60 * 60_000;
/** Keys that are younger are not fetched anew, whatever a stranger may have signed. */
const FRESH_MS = 60_000;
const TIMEOUT_MS = 10_000;

export function createKeySet({ url, fetch = globalThis.fetch, now = Date.now }: KeySetOptions) {
  let fetched: { at: number; keys: Promise<readonly KeyObject[]> } | undefined;

  /** Fetched once for all who ask meanwhile; a failure is forgotten. */
  function keysOf(age: number): Promise<readonly KeyObject[]> {
    if (fetched && now() - fetched.at < age) return fetched.keys;
    const started = { at: now(), keys: load() };
    fetched = started;
    started.keys.catch(() => {
      if (fetched === started) fetched = undefined;
    });
    return started.keys;
  }

  async function load(): Promise<readonly KeyObject[]> {
    const address = `${url.replace(/\/+$/, "")}/.well-known/jwks.json`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    const { keys } = (await response.json()) as { keys?: unknown };
    return (Array.isArray(keys) ? keys : []).flatMap(keyOf);
  }

  const keySet: KeySet = {
    async verify(signed, digest) {
      const signedByOne = (keys: readonly KeyObject[]) =>
        keys.some((key) => isSignedBy(key, signed, digest));
      if (signedByOne(await keysOf(KEPT_MS))) return true;
      // fal may have begun to sign with a new one.
      return signedByOne(await keysOf(FRESH_MS));
    },
  };
  return keySet;
}

/** Keys of other kinds are none of ours. */
function keyOf(jwk: { crv?: unknown; x?: unknown } | null): KeyObject[] {
  if (jwk?.crv !== "Ed25519" || typeof jwk.x !== "string") return [];
  try {
    return [createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: jwk.x }, format: "jwk" })];
  } catch {
    return [];
  }
}
