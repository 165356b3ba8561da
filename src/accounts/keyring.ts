/** Who is calling: client keys, told apart in constant time. */
import { timingSafeEqual } from "node:crypto";
import { ApiError } from "../openai/error.ts";
import { ANONYMOUS, type Principal } from "./principal.ts";

export interface Keyring {
  /** The caller of a request; throws the contract's 401 for a missing, malformed or unknown key. */
  identify(request: Request): Principal;
}

const digest = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest();

/** With `anonymous`, a request without any key is somebody too; a wrong key is still refused. */
export function createKeyring(
  keys: readonly string[],
  { anonymous = false }: { anonymous?: boolean } = {},
): Keyring {
  const known = keys.map((key, index) => {
    const hash = digest(key);
    const principal: Principal = {
      id: `key-${hash.toString("hex").slice(0, 12)}`,
      name: `key-${index + 1}`,
    };
    return { hash, principal };
  });
  // Every stored digest is compared, so that the time taken tells nothing about which one matched.
  const find = (presented: string) => {
    const hash = digest(presented);
    return known.reduce<Principal | undefined>(
      (found, { hash: stored, principal }) => (timingSafeEqual(hash, stored) ? principal : found),
      undefined,
    );
  };
  return {
    identify(request) {
      const presented = presentedKeys(request.headers);
      if (anonymous && (known.length === 0 || presented.length === 0)) return ANONYMOUS;
      for (const key of presented) {
        const principal = find(key);
        if (principal) return principal;
      }
      throw invalidKey();
    },
  };
}

/** `Authorization: Bearer` or `Key`, `x-api-key`, `api-key`: some clients send two of them. */
function presentedKeys(headers: Headers): string[] {
  const authorization = /^(?:bearer|key)\s+(\S+)\s*$/i.exec(headers.get("authorization") ?? "");
  return [authorization?.[1], headers.get("x-api-key"), headers.get("api-key")].filter(
    (key): key is string => typeof key === "string" && key !== "",
  );
}

const invalidKey = () =>
  new ApiError(401, "Invalid API key", "invalid_request_error", {
    code: "invalid_api_key",
    headers: { "www-authenticate": "Bearer" },
  });
