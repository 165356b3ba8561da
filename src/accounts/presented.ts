/** The keys that a request shows, and the digest by which a key is known. */

/** `Authorization: Bearer` or `Key`, `x-api-key`, `api-key`: some clients send two of them. */
export function presentedKeys(headers: Headers): string[] {
  const authorization = /^(?:bearer|key)\s+(\S+)\s*$/i.exec(headers.get("authorization") ?? "");
  return [authorization?.[1], headers.get("x-api-key"), headers.get("api-key")].filter(
    (key): key is string => typeof key === "string" && key !== "",
  );
}

/** SHA-256 in hexadecimal. */
export const digest = (key: string): string =>
  new Bun.CryptoHasher("sha256").update(key).digest("hex");
