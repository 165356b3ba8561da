/** fal's webhook signature: what is signed, with which headers, and falgate's own keys for it. */
import { createHash, createPrivateKey, hkdfSync, type KeyObject, sign, verify } from "node:crypto";

/** A call's four headers, read. */
export interface Signed {
  requestId: string;
  userId: string;
  /** Seconds. */
  timestamp: string;
  /** ED25519, in hex. */
  signature: string;
}

/** A public key as a key set holds it (RFC 8037). */
export interface Jwk {
  kty: "OKP";
  crv: "Ed25519";
  use: "sig";
  alg: "EdDSA";
  kid: string;
  x: string;
}

export interface Signer {
  /** Headers over one delivery of a body. */
  sign(requestId: string, body: string): Record<string, string>;
  /** What is published at `/.well-known/jwks.json`. */
  readonly keySet: { keys: readonly Jwk[] };
}

/** The account that signs. A client's own id would tell its webhook something about its key. */
const USER = "falgate";

/** `request_id\nuser_id\ntimestamp\nhex(sha256(body))` (docs.fal.ai, "Webhooks", verification). */
function textOf({ requestId, userId, timestamp }: Omit<Signed, "signature">, digest: string) {
  return Buffer.from([requestId, userId, timestamp, digest].join("\n"));
}

/** `digest`: sha256 of the raw body, in hex. */
export function isSignedBy(key: KeyObject, signed: Signed, digest: string): boolean {
  return verify(null, textOf(signed, digest), key, Buffer.from(signed.signature, "hex"));
}

/** The headers of a call, if all four are there and look like what they are. */
export function readSignature(headers: Headers): Signed | undefined {
  const read = (name: string) => headers.get(`x-fal-webhook-${name}`) ?? "";
  const signed = {
    requestId: read("request-id"),
    userId: read("user-id"),
    timestamp: read("timestamp"),
    signature: read("signature"),
  };
  const sane = /^\d{1,12}$/.test(signed.timestamp) && /^[0-9a-f]{128}$/i.test(signed.signature);
  return sane && signed.requestId !== "" ? signed : undefined;
}

/**
 * The same secrets make the same keys, in every process. The first one signs; the others are
 * published too, so that a secret can be replaced without a webhook that cannot be verified.
 */
export function createSigner(secrets: readonly string[], now: () => number = Date.now): Signer {
  const pairs = secrets.map(pairOf);
  return {
    sign(requestId, body) {
      const signed = { requestId, userId: USER, timestamp: String(Math.floor(now() / 1000)) };
      const digest = createHash("sha256").update(body).digest("hex");
      return {
        "x-fal-webhook-request-id": signed.requestId,
        "x-fal-webhook-user-id": signed.userId,
        "x-fal-webhook-timestamp": signed.timestamp,
        "x-fal-webhook-signature": sign(null, textOf(signed, digest), pairs[0]!.key).toString(
          "hex",
        ),
      };
    },
    keySet: { keys: pairs.map(({ jwk }) => jwk) },
  };
}

/** Before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

function pairOf(secret: string): { key: KeyObject; jwk: Jwk } {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "falgate webhooks", 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const { x } = key.export({ format: "jwk" }) as { x: string };
  const kid = createHash("sha256").update(x).digest("hex").slice(0, 16);
  return { key, jwk: { kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid, x } };
}
