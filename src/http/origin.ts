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
    const { url, headers } = request;
    const said = SAID.some((name) => headers.has(name)) && trust.believed(request);
    // A poll comes every 100 ms, and parsing its URL is a good part of what it costs.
    if (!said) return url.slice(0, url.indexOf("/", url.indexOf("//") + 2));
    const { protocol, host } = new URL(url);
    const scheme = first(headers, "x-forwarded-proto", /^https?$/) ?? protocol.slice(0, -1);
    const name = first(headers, "x-forwarded-host", /^[\w.:[\]-]+$/) ?? host;
    const prefix = first(headers, "x-forwarded-prefix", /^(\/[\w.~-]+)+$/) ?? "";
    return `${scheme}://${name}${prefix}`;
  };
}

const SAID = ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-prefix"];

/** The first of a forwarded header's values, if it looks like one. */
function first(headers: Headers, name: string, sane: RegExp): string | undefined {
  const value = headers.get(name)?.split(",")[0]?.trim();
  return value && sane.test(value) ? value : undefined;
}
