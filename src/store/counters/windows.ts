/** Sliding windows in memory: the moment of each call that is still inside. */
import type { Hit } from "./counters.ts";

export interface Windows {
  hit(name: string, limit: number, windowMs: number): Hit;
  /** Windows in which anything is counted. */
  readonly size: number;
}

interface Window {
  /** Moments in order, as a ring; it grows up to the limit. */
  ring: Float64Array;
  first: number;
  count: number;
  windowMs: number;
}

const SWEEP_MS = 60_000;

/** `now` never runs backwards: a wall clock that is set must neither lock anyone out nor let anyone in. */
export function createWindows(now: () => number = () => performance.now()): Windows {
  const windows = new Map<string, Window>();
  let swept = now();

  /** The windows of those who left would pile up. */
  function sweep(time: number): void {
    if (time - swept < SWEEP_MS) return;
    swept = time;
    for (const [name, window] of windows) {
      forget(window, time);
      if (window.count === 0) windows.delete(name);
    }
  }

  function hit(name: string, limit: number, windowMs: number): Hit {
    const time = now();
    sweep(time);
    let window = windows.get(name);
    if (!window) {
      window = {
        ring: new Float64Array(Math.max(1, Math.min(limit, 8))),
        first: 0,
        count: 0,
        windowMs,
      };
      windows.set(name, window);
    }
    window.windowMs = windowMs;
    forget(window, time);
    const allowed = window.count < limit;
    if (allowed) push(window, time);
    const remaining = Math.max(0, limit - window.count);
    const last = at(window, window.count - 1);
    return {
      allowed,
      remaining,
      // A limit that was lowered is passed again only when more than one has left the window.
      retryMs: remaining > 0 ? 0 : until(at(window, window.count - limit), windowMs, time),
      resetMs: until(last, windowMs, time),
    };
  }

  return {
    hit,
    get size() {
      return windows.size;
    },
  };
}

const at = ({ ring, first }: Window, index: number) => ring[(first + index) % ring.length];

/** A limit of 0 has no moment to wait for: it is the whole window's length away, always. */
const until = (moment: number | undefined, windowMs: number, time: number) =>
  Math.min(windowMs, Math.max(0, (moment ?? time) - time + windowMs));

function forget(window: Window, time: number): void {
  while (window.count > 0 && at(window, 0)! <= time - window.windowMs) {
    window.first = (window.first + 1) % window.ring.length;
    window.count -= 1;
  }
}

function push(window: Window, time: number): void {
  if (window.count === window.ring.length) {
    const ring = new Float64Array(window.ring.length * 2);
    for (let index = 0; index < window.count; index++) ring[index] = at(window, index)!;
    window.ring = ring;
    window.first = 0;
  }
  window.ring[(window.first + window.count) % window.ring.length] = time;
  window.count += 1;
}
