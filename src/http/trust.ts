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

interface Judged {
  /** As it is written plainly. */
  address: string;
  valid: boolean;
  trusted: boolean;
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
  const judged = new Map<string, Judged>();

  /** Asked several times for each request, and mostly of the same few addresses. */
  function judge(said: string): Judged {
    const known = judged.get(said);
    if (known) return known;
    const address = plain(said);
    const version = isIP(address);
    const trusted = version > 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
    if (judged.size >= REMEMBERED) judged.clear();
    const found = { address, valid: version > 0, trusted };
    judged.set(said, found);
    return found;
  }

  const peerOf = (request: Request) => judge(addressOf(arrivalOf(request)) ?? "");

  return {
    believed: (request) => peerOf(request).trusted,
    clientOf(request) {
      const peer = peerOf(request);
      const said = peer.trusted ? request.headers.get("x-forwarded-for") : null;
      if (said === null) return peer.address || undefined;
      // Each proxy adds whom it heard at the end: what stands further left may be anybody's invention.
      const client = said
        .split(",")
        .map(judge)
        .findLast(({ trusted }) => !trusted);
      return client?.valid ? client.address : peer.address;
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
