/** How often and how much at once a key may ask. */
import { ApiError } from "../openai/error.ts";
import type { Counters, Hit, Place } from "../store/counters/counters.ts";
import type { Principal } from "./principal.ts";

/** A request that was let in, until its answer has ended. */
export interface Passage {
  /** What the answer says of the limit. */
  headers: Readonly<Record<string, string>>;
  /** The answer has ended, however it did. A second time does nothing. */
  leave(): void;
}

export interface Limiter {
  /**
   * Nothing for a caller without limits, so that they cost them nothing.
   * @throws {ApiError} 429 `rate_limit_exceeded`.
   */
  enter(principal: Principal): Promise<Passage> | undefined;
}

const MINUTE_MS = 60_000;

export function createLimiter(counters: Pick<Counters, "hit" | "seize">): Limiter {
  async function enter({ id, limits = {} }: Principal): Promise<Passage> {
    const { rpm, concurrency } = limits;
    // The place first: a request that finds none must not count as one of the minute's.
    const place =
      concurrency === undefined
        ? undefined
        : await counters.seize(`concurrency ${id}`, concurrency);
    if (concurrency !== undefined && !place) throw crowded(concurrency);
    const leave = () => void place?.release();
    if (rpm === undefined) return { headers: {}, leave };
    const hit = await counters.hit(`rpm ${id}`, rpm, MINUTE_MS).catch(released(place));
    if (hit.allowed) return { headers: headersOf(rpm, hit), leave };
    leave();
    throw hasty(rpm, hit);
  }

  return {
    enter(principal) {
      const { rpm, concurrency } = principal.limits ?? {};
      if (rpm === undefined && concurrency === undefined) return undefined;
      return enter(principal);
    },
  };
}

const released = (place: Place | undefined) => async (error: unknown) => {
  await place?.release();
  throw error;
};

/** OpenAI's names for them (platform.openai.com/docs/guides/rate-limits, "Rate limits in headers"). */
function headersOf(rpm: number, { remaining, resetMs }: Hit): Record<string, string> {
  return {
    "x-ratelimit-limit-requests": String(rpm),
    "x-ratelimit-remaining-requests": String(remaining),
    "x-ratelimit-reset-requests": duration(resetMs),
  };
}

/** As OpenAI writes it: `350ms`, `12s`, `1m0s`. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = wholeSeconds(ms);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** At least one. A minute is 60, also where the clock's fractions make it a little more. */
export const wholeSeconds = (ms: number) => Math.max(1, Math.ceil(Math.round(ms) / 1000));

function hasty(rpm: number, hit: Hit): ApiError {
  const seconds = wholeSeconds(hit.retryMs);
  const message = `This key may make ${requests(rpm)} a minute. Try again in ${seconds} s.`;
  return tooMany(message, { "retry-after": String(seconds), ...headersOf(rpm, hit) });
}

/** Nobody knows when a place is free: soon, since every call ends. */
function crowded(concurrency: number): ApiError {
  const message = `This key may make ${requests(concurrency)} at the same time. Try again when one has ended.`;
  return tooMany(message, { "retry-after": "1" });
}

export const tooMany = (message: string, headers: Record<string, string>) =>
  new ApiError(429, message, "rate_limit_error", { code: "rate_limit_exceeded", headers });

const requests = (count: number) => (count === 1 ? "one request" : `${count} requests`);
