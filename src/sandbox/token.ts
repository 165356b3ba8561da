/** Short-lived tokens that stand for a key in a browser: JWTs in form, known only to this sandbox. */

export interface Tokens {
  issue(key: string, apps: readonly string[], seconds: number): string;
  /** The key it stands for, unless it is unknown or has expired. */
  keyOf(token: string): string | undefined;
}

/** Live tokens at most. */
const kept = 10_000;

export function createTokens(): Tokens {
  const issued = new Map<string, { key: string; until: number }>();
  return {
    issue(key, apps, seconds) {
      const now = Math.floor(Date.now() / 1000);
      const until = now + seconds;
      const claims = { sub: key.split(":")[0], allowed_apps: apps, iat: now, exp: until };
      const coded = [{ alg: "HS256", typ: "JWT" }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      const signature = crypto.getRandomValues(Buffer.alloc(32)).toString("base64url");
      const token = `${coded}.${signature}`;
      if (issued.size >= kept) issued.delete(issued.keys().next().value!);
      issued.set(token, { key, until });
      return token;
    },
    keyOf(token) {
      const entry = issued.get(token);
      return entry && entry.until > Date.now() / 1000 ? entry.key : undefined;
    },
  };
}
