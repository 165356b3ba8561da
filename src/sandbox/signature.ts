/** The ED25519 key that webhooks are signed with, made when first needed. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

let pair: { privateKey: KeyObject; publicKey: KeyObject } | undefined;

function keys() {
  pair ??= generateKeyPairSync("ed25519");
  return pair;
}

/** `/.well-known/jwks.json` */
export function jwks() {
  const { x } = keys().publicKey.export({ format: "jwk" });
  return { keys: [{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid: "sandbox", x }] };
}

/** fal's four headers over one delivery. */
export function signed(requestId: string, userId: string, body: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHash("sha256").update(body).digest("hex");
  const message = [requestId, userId, timestamp, digest].join("\n");
  return {
    "X-Fal-Webhook-Request-Id": requestId,
    "X-Fal-Webhook-User-Id": userId,
    "X-Fal-Webhook-Timestamp": timestamp,
    "X-Fal-Webhook-Signature": sign(null, Buffer.from(message), keys().privateKey).toString("hex"),
  };
}
