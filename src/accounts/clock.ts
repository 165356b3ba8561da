/** The time by which keys expire: the wall clock's, but it does not jump with it. */

/** Milliseconds since 1970. */
export type Clock = () => number;

export interface ClockOptions {
  /** May be set, forwards and backwards, at any moment. */
  wall?: () => number;
  /** Only ever runs forwards, at a second a second. */
  steady?: () => number;
}

/** A clock that is kept by NTP drifts and is slewed by less. */
const SLEW_MS = 2_000;

/** For how long a wall clock must stand by its new time until it is believed. */
const PATIENCE_MS = 5 * 60_000;

/**
 * A wall clock that jumps and comes back has changed nothing. One that stays where it has jumped to is
 * right after five minutes: it was wrong before, or the machine has slept.
 */
export function createClock(options: ClockOptions = {}): Clock {
  const { wall = Date.now, steady = () => performance.now() } = options;
  let offset = wall() - steady();
  let jump: { offset: number; since: number } | undefined;

  return () => {
    const now = steady();
    const seen = wall() - now;
    if (Math.abs(seen - offset) < SLEW_MS) {
      offset = seen;
      jump = undefined;
    } else if (!jump || Math.abs(seen - jump.offset) >= SLEW_MS) {
      jump = { offset: seen, since: now };
    } else if (now - jump.since >= PATIENCE_MS) {
      offset = seen;
      jump = undefined;
    }
    return now + offset;
  };
}
