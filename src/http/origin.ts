/** Where falgate is, as the client sees it: the base of the links that it hands out. */
import { BlockList, isIP } from "node:net";

export interface OriginOptions {
  /** Set by the owner: wins over everything. */
  publicUrl?: string | undefined;
  /** Addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-*` are believed. */
  trusted: readonly string[];
  /** The address that a request came from. */
  addressOf(request: Request): string | undefined;
}

/** Gives the base of a request's links, without a slash at its end. */
export function createOrigin({ publicUrl, trusted, addressOf }: OriginOptions) {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address, bits] = entry.split("/");
    const family = isIP(address!) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address!, family);
    if (bits !== undefined) list.addSubnet(address!, Number(bits), family);
  }
  const own = publicUrl?.replace(/\/+$/, "");
  return (request: Request): string => {
    if (own) return own;
    const { protocol, host } = new URL(request.url);
    const forwarded = believed(request) ? request.headers : undefined;
    const scheme = first(forwarded, "x-forwarded-proto", /^https?$/) ?? protocol.slice(0, -1);
    const name = first(forwarded, "x-forwarded-host", /^[\w.:[\]-]+$/) ?? host;
    const prefix = first(forwarded, "x-forwarded-prefix", /^(\/[\w.~-]+)+$/) ?? "";
    return `${scheme}://${name}${prefix}`;
  };

  function believed(request: Request): boolean {
    const from = addressOf(request)?.replace(/^::ffff:/, "");
    return from !== undefined && list.check(from, isIP(from) === 6 ? "ipv6" : "ipv4");
  }
}

/** The first of a forwarded header's values, if it looks like one. */
function first(headers: Headers | undefined, name: string, sane: RegExp): string | undefined {
  const value = headers?.get(name)?.split(",")[0]?.trim();
  return value && sane.test(value) ? value : undefined;
}
