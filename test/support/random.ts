/** The same numbers for the same seed (mulberry32), so that a failure can be repeated. */
export type Below = (below: number) => number;

export function random(seed: number): Below {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Bytes in pieces, cut anywhere. */
export function pieces(bytes: Uint8Array, below: Below, most: number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + below(most);
    cut.push(bytes.subarray(at, end));
    at = end;
  }
  return cut;
}
