/** What comes closest to a word that was written wrongly: "did you mean". */

/** Further apart than this part of the longer word is not a slip of the pen. */
const TOLERANCE = 0.4;

/** Up to `count` of them, closest first; none that is too far. `distance`: 0 to 1, as `distance` tells it. */
export function nearest<T>(all: readonly T[], distance: (one: T) => number, count: number): T[] {
  return all
    .map((one) => ({ one, distance: distance(one) }))
    .filter(({ distance }) => distance <= TOLERANCE)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ one }) => one);
}

/** Edits between two words as a part of the longer one, 0 to 1. It takes the product of their lengths. */
export function distance(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 0;
  if (Math.abs(a.length - b.length) / longer > TOLERANCE) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (let column = 0; column < b.length; column++) {
      const change = row[column]! + (letter === b[column] ? 0 : 1);
      next.push(Math.min(change, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row[b.length]! / longer;
}
