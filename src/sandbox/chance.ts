/** Deterministic randomness: the same words and seed always give the same numbers. */

export function seedFrom(text: string): number {
  return Bun.hash.xxHash32(text);
}

/** Numbers from 0 to 1 (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function hex(seed: number): string {
  return (seed >>> 0).toString(16).padStart(8, "0");
}
