/** Cross-origin access for chat applications and SDKs that run in a browser. */

/** Headers that a page's script may read from an answer. */
const EXPOSED = [
  "x-request-id",
  "retry-after",
  "openai-poll-after-ms",
  "x-fal-request-id",
  "x-fal-request-timeout-type",
  "x-falgate-adjusted",
  "x-ratelimit-limit-requests",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-reset-requests",
].join(", ");

const METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD";

export interface Cors {
  /** Answers an OPTIONS request, without a key: browsers send none. */
  preflight(request: Request): Response;
  /** Adds what a browser needs to hand the answer to its page. */
  decorate(request: Request, headers: Headers): void;
}

/**
 * `origins` is `*` or a comma-separated list. The requested headers are reflected, because a fixed
 * list breaks with every new `x-stainless-*` header. Credentials are never allowed: keys travel in
 * `Authorization`, not in cookies.
 */
export function createCors(origins: string): Cors {
  const allowed = origins.split(",").map((origin) => origin.trim());
  const any = allowed.includes("*");
  const originFor = (request: Request): string | undefined => {
    if (any) return "*";
    const origin = request.headers.get("origin");
    return origin && allowed.includes(origin) ? origin : undefined;
  };
  const decorate = (request: Request, headers: Headers) => {
    if (!any) headers.append("vary", "Origin");
    const origin = originFor(request);
    if (!origin) return;
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", EXPOSED);
  };
  const preflight = (request: Request) => {
    const headers = new Headers({ vary: "Access-Control-Request-Headers" });
    decorate(request, headers);
    headers.set("access-control-allow-methods", METHODS);
    headers.set("access-control-max-age", "86400");
    const requested = request.headers.get("access-control-request-headers");
    if (requested) headers.set("access-control-allow-headers", requested);
    return new Response(null, { status: 204, headers });
  };
  return { preflight, decorate };
}
