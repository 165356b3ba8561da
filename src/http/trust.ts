/** Whose word on where a request comes from is taken: the proxies that the owner has named. */
import { BlockList, isIP } from "node:net";
import { arrivalOf } from "./trace.ts";

export interface Trust {
  /** Whether it came from a trusted proxy, so that its `X-Forwarded-*` are believed. */
  believed(request: Request): boolean;
  /** The client's own address: past every trusted proxy, and no further. */
  clientOf(request: Request): string | undefined;
}

export interface TrustOptions {
  /** Addresses and networks (`10.0.0.0/8`). */
  trusted: readonly string[];
  /** The address that a request, as it arrived, came from. */
  addressOf(request: Request): string | undefined;
}

/** Addresses whose judgement is kept. */
const REMEMBERED = 1_000;

export function createTrust({ trusted, addressOf }: TrustOptions): Trust {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address, bits] = entry.split("/");
    const family = isIP(address!) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address!, family);
    if (bits !== undefined) list.addSubnet(address!, Number(bits), family);
  }
  const judged = new Map<string, boolean>();

  /** Asked several times for each request, and mostly of the same few addresses. */
  function isTrusted(address: string): boolean {
    const known = judged.get(address);
    if (known !== undefined) return known;
    const version = isIP(address);
    const trusted = version > 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
    if (judged.size >= REMEMBERED) judged.clear();
    judged.set(address, trusted);
    return trusted;
  }

  const peerOf = (request: Request) => plain(addressOf(arrivalOf(request)) ?? "");

  return {
    believed: (request) => isTrusted(peerOf(request)),
    clientOf(request) {
      const peer = peerOf(request);
      if (peer === "" || !isTrusted(peer)) return peer || undefined;
      // Each proxy adds whom it heard at the end: what stands further left may be anybody's invention.
      const said = (request.headers.get("x-forwarded-for") ?? "").split(",").map(plain);
      const client = said.findLast((address) => !isTrusted(address));
      return client !== undefined && isIP(client) > 0 ? client : peer;
    },
  };
}

/** Without the port that some proxies write, the brackets, and an IPv4 address's IPv6 form. */
function plain(address: string): string {
  const bare = address
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, "$1")
    .replace(/^::ffff:(?=\d+\.)/i, "");
  return bare.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}
