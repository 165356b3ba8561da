/** fal's realtime tokens that were handed out here: whoever shows one is the client that asked for it. */
import type { Holder, Rest } from "./rest.ts";

export interface RealtimeTokens {
  /** Remembers whose a token of fal's is; never the token itself. */
  issued(token: string, holder: Holder): void;
  holderOf(token: string): Holder | undefined;
}

/** Tokens that are remembered at once. */
const MOST = 10_000;
/** For how long: longer than fal's own, which end after two minutes and which fal judges itself. */
const KEPT_MS = 60 * 60_000;

export function createRealtimeTokens(now: () => number = Date.now): RealtimeTokens {
  const known = new Map<string, { holder: Holder; until: number }>();
  const digest = (token: string) => new Bun.CryptoHasher("sha256").update(token).digest("hex");
  return {
    issued(token, holder) {
      if (known.size >= MOST) known.delete(known.keys().next().value!);
      known.set(digest(token), { holder, until: now() + KEPT_MS });
    },
    holderOf(token) {
      const entry = known.get(digest(token));
      return entry && entry.until > now() ? entry.holder : undefined;
    },
  };
}

const TOKENS = /^\/tokens(\/realtime)?\/*$/;

/** The same REST API, its realtime tokens being remembered on their way to the client. */
export function remembering(rest: Rest, tokens: RealtimeTokens): Rest {
  return {
    ...rest,
    async call(method, path, search, body, caller) {
      const response = await rest.call(method, path, search, body, caller);
      if (!response.ok || !TOKENS.test(path)) return response;
      const text = await response.text();
      const token = tokenOf(text);
      if (token !== undefined) tokens.issued(token, caller.holder);
      return new Response(text, { status: response.status, headers: response.headers });
    },
  };
}

/** fal answers a bare JSON string, or an object that holds it. */
export function tokenOf(text: string): string | undefined {
  const answer = JSON.parse(text) as string | { token?: unknown } | null;
  const token = typeof answer === "string" ? answer : answer?.token;
  return typeof token === "string" ? token : undefined;
}
