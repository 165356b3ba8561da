/** Where falgate is, as the client sees it: the base of the links that it hands out. */
import type { Trust } from "./trust.ts";

export interface OriginOptions {
  /** Set by the owner: wins over everything. */
  publicUrl?: string | undefined;
  trust: Trust;
}

/** Gives the base of a request's links, without a slash at its end. */
export function createOrigin({ publicUrl, trust }: OriginOptions) {
  const own = publicUrl?.replace(/\/+$/, "");
  return (request: Request): string => {
    if (own) return own;
    const { protocol, host } = new URL(request.url);
    const said = SAID.some((name) => request.headers.has(name));
    const forwarded = said && trust.believed(request) ? request.headers : undefined;
    const scheme = first(forwarded, "x-forwarded-proto", /^https?$/) ?? protocol.slice(0, -1);
    const name = first(forwarded, "x-forwarded-host", /^[\w.:[\]-]+$/) ?? host;
    const prefix = first(forwarded, "x-forwarded-prefix", /^(\/[\w.~-]+)+$/) ?? "";
    return `${scheme}://${name}${prefix}`;
  };
}

const SAID = ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-prefix"];

/** The first of a forwarded header's values, if it looks like one. */
function first(headers: Headers | undefined, name: string, sane: RegExp): string | undefined {
  const value = headers?.get(name)?.split(",")[0]?.trim();
  return value && sane.test(value) ? value : undefined;
}
