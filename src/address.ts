/** Where an address leads: out into the world, or inside, where no stranger's URL may lead. */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** The addresses that a name leads to. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export const addressesOf: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/** A host that leads nowhere, or inside. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

/**
 * Private, loopback, link-local and other ranges in which no public host stands, and the forms of
 * IPv6 that carry an IPv4 address (IANA, special-purpose address registries).
 */
const INSIDE = {
  ipv4: [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["224.0.0.0", 3],
  ],
  ipv6: [
    ["::", 96],
    ["64:ff9b::", 96],
    ["64:ff9b:1::", 48],
    ["100::", 64],
    ["2001::", 32],
    ["2002::", 16],
    ["fc00::", 7],
    ["fe80::", 10],
    ["fec0::", 10],
    ["ff00::", 8],
  ],
} as const;

let inside: BlockList | undefined;

/** Made when first asked for: not every gateway ever does. */
function insideList(): BlockList {
  if (inside) return inside;
  inside = new BlockList();
  for (const family of ["ipv4", "ipv6"] as const) {
    for (const [net, bits] of INSIDE[family]) inside.addSubnet(net, bits, family);
  }
  return inside;
}

/** Whether an address is inside. What is no address at all is taken for one that is. */
export function isInside(address: string): boolean {
  const plain = unmapped(address.split("%")[0]!);
  const family = isIP(plain);
  return family === 0 || insideList().check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** The IPv4 address that an IPv6 one stands for (`::ffff:7f00:1`), in any spelling. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address;
  const [, high, low] =
    /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(new URL(`http://[${address}]`).hostname) ?? [];
  if (high === undefined || low === undefined) return address;
  const bytes = [high, low].flatMap((part) => {
    const word = Number.parseInt(part, 16);
    return [word >> 8, word & 255];
  });
  return bytes.join(".");
}

/** The host of a URL without brackets: a name or an address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").toLowerCase();

/** Whether a list of hosts names this one: with its port, or without where that is the usual one. */
export function isNamed(url: URL, hosts: readonly string[]): boolean {
  return hosts.some((host) => host === url.host || (url.port === "" && host === hostOf(url)));
}

/**
 * The addresses that a URL's host leads to. Rejects with AddressError when there are none, or when
 * one of them is inside and not in `except`.
 */
export async function outside(
  url: URL,
  { resolve = addressesOf, except = [] }: { resolve?: Resolve; except?: readonly string[] } = {},
): Promise<readonly string[]> {
  const name = hostOf(url);
  const addresses = await resolve(name).catch((cause: unknown) => {
    throw new AddressError(`${name} has no address`, { cause });
  });
  const inside = addresses.find((address) => isInside(address) && !except.includes(address));
  if (inside) throw new AddressError(`${name} leads to the private address ${inside}`);
  if (addresses.length === 0) throw new AddressError(`${name} has no address`);
  return addresses;
}

/**
 * A URL at one of its host's addresses: the one that was judged is the one that is called, whatever
 * the name leads to by then. The certificate is still that of the name.
 */
export function pinned(url: URL, address: string): { url: URL; tls?: { serverName: string } } {
  if (hostOf(url) === address) return { url };
  const target = new URL(url);
  target.hostname = address.includes(":") ? `[${address}]` : address;
  return { url: target, tls: { serverName: hostOf(url) } };
}
