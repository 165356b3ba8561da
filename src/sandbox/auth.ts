/** Who calls: fal takes `Authorization: Key id:secret` and nothing else. */
import type { Settings } from "./options.ts";

/** Secrets that stand for a fate, so that any software can be tried without options. */
export const magicSecrets: readonly (readonly [secret: string, meaning: string])[] = [
  ["locked", "403 on submit: exhausted balance"],
  ["admin-lock", "403 on submit: admin lock"],
  ["invalid", "401: invalid key credentials"],
  ["unknown", "401: no user found"],
];

export interface Refusal {
  readonly status: 401 | 403;
  readonly detail: string;
}

/** The caller's key, or why there is none. `app` is what fal names when no key was sent. */
export function keyOf(headers: Headers, settings: Settings, app: string): string | Refusal {
  const header = headers.get("authorization");
  if (!header) return refuse(`Cannot access application "${app}"`);
  const [scheme = "", key = ""] = header.trim().split(/\s+/, 2);
  // fal reads a bearer token as the JWT of `fal login`, which an API key is not.
  if (scheme.toLowerCase() === "bearer") return refuse("bearer: unable to decode issuer");
  const [, id, secret] = /^([^:\s]+):([^:\s]+)$/.exec(key) ?? [];
  if (scheme.toLowerCase() !== "key" || !id) {
    return refuse("Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.");
  }
  if (secret === "invalid") return refuse("invalid key credentials");
  const unknown = settings.keys ? !settings.keys.includes(key) : secret === "unknown";
  if (unknown || settings.refused?.includes(key)) {
    return refuse("No user found for Key ID and Secret");
  }
  return key;
}

/** Locked accounts may read what they have, but start nothing. */
export function lockOf(key: string, settings: Settings): Refusal | undefined {
  if (key.endsWith(":admin-lock"))
    return { status: 403, detail: "User is locked. Reason: Admin lock." };
  if (!key.endsWith(":locked") && !settings.locked?.includes(key)) return undefined;
  const reason = "Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";
  return { status: 403, detail: `User is locked. Reason: ${reason}` };
}

function refuse(detail: string): Refusal {
  return { status: 401, detail };
}
