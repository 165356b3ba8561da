/** Signing callbacks as Standard Webhooks has it, so that their receivers find a library for it. */
import { createHmac, hkdfSync } from "node:crypto";

const PREFIX = "whsec_";

/** `webhook-id`, `webhook-timestamp` and `webhook-signature` (standardwebhooks.com, specification). */
export function signedHeaders(
  secret: string,
  { id, body, now }: { id: string; body: string; now: number },
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.replace(PREFIX, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}

/** A secret for whoever sets none: the same fal key makes the same, in every process. */
export function derivedSecret(falKey: string): string {
  const bytes = Buffer.from(hkdfSync("sha256", falKey, "", "falgate callbacks", 32));
  return PREFIX + bytes.toString("base64");
}
