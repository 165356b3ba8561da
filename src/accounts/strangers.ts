/** Addresses from which wrong keys come: after so many in a minute, nobody new is heard from there. */
import type { Log } from "../log.ts";
import { ApiError } from "../openai/error.ts";
import type { Counters } from "../store/counters/counters.ts";
import { tooMany, wholeSeconds } from "./limiter.ts";
import type { Principal } from "./principal.ts";

export interface Strangers {
  /**
   * The caller, whom `identify` knows or throws for; an address of nobody's is never limited.
   * @throws {ApiError} what `identify` throws, or 429 where too many wrong keys came from there.
   */
  meet(address: string | undefined, identify: () => Principal): Principal | Promise<Principal>;
}

export interface StrangersOptions {
  counters: Pick<Counters, "hit">;
  /** Wrong keys a minute; 0 is any number. */
  most: number;
  /** Learns of keys that were made a moment ago, before one is called wrong. */
  refresh(): Promise<void>;
  log: Pick<Log, "warn">;
  /** Milliseconds of a clock that never runs backwards. */
  now?: () => number;
}

const MINUTE_MS = 60_000;

/** Addresses that are remembered, each with who has shown a right key there. */
const REMEMBERED = 10_000;

export function createStrangers(options: StrangersOptions): Strangers {
  const { counters, most, refresh, log, now = () => performance.now() } = options;
  const refused = new Map<string, number>();
  // Many may share one address: whoever was known there must not suffer for a neighbour's wrong key.
  const familiar = new Map<string, Set<string>>();

  function wait(place: string): number {
    const until = refused.get(place);
    if (until === undefined) return 0;
    if (until > now()) return until - now();
    refused.delete(place);
    return 0;
  }

  function remember(place: string, { id }: Principal): void {
    const known = familiar.get(place);
    if (known) return void known.add(id);
    if (familiar.size >= REMEMBERED) familiar.delete(familiar.keys().next().value!);
    familiar.set(place, new Set([id]));
  }

  async function again(place: string | undefined, identify: () => Principal): Promise<Principal> {
    await refresh();
    try {
      return identify();
    } catch (error) {
      if (place === undefined || !isGuess(error)) throw error;
      return failed(place, error);
    }
  }

  async function failed(place: string, error: unknown): Promise<never> {
    const { allowed, retryMs } = await counters.hit(`wrong keys ${place}`, most, MINUTE_MS);
    if (allowed) throw error;
    if (refused.size >= REMEMBERED) refused.delete(refused.keys().next().value!);
    if (!refused.has(place)) {
      log.warn("too many wrong keys, an address is not heard for now", {
        address: place,
        hint: "if it is a proxy of yours, name it in TRUSTED_PROXIES",
      });
    }
    refused.set(place, now() + retryMs);
    throw unheard(retryMs);
  }

  return {
    meet(address, identify) {
      const place = most === 0 || address === undefined ? undefined : network(address);
      const waiting = place === undefined ? 0 : wait(place);
      try {
        const principal = identify();
        if (place === undefined) return principal;
        if (waiting === 0) remember(place, principal);
        else if (!familiar.get(place)?.has(principal.id)) throw unheard(waiting);
        return principal;
      } catch (error) {
        if (!isGuess(error)) throw error;
        if (waiting > 0) throw unheard(waiting);
        return again(place, identify);
      }
    },
  };
}

/** Who shows a key that was good once is no stranger. */
const isGuess = (error: unknown) => error instanceof ApiError && error.code === "invalid_api_key";

/** Whoever has one IPv6 address has all that share its first half. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const after = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${all.slice(0, 4).join(":")}::/64`;
}

function unheard(ms: number): ApiError {
  const seconds = wholeSeconds(ms);
  const message = `Too many wrong keys came from your address. Try again in ${seconds} s.`;
  return tooMany(message, { "retry-after": String(seconds) });
}
