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

/** The word that was probably meant; nothing where none is near. */
export const closest = (word: string, words: readonly string[]): string | undefined =>
  nearest(words, (each) => distance(word.toLowerCase(), each), 1)[0];

/**
 * Edits between two words as a part of the longer one, 0 to 1; two letters that are swapped are one
 * edit. It takes the product of their lengths.
 */
export function distance(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 0;
  if (Math.abs(a.length - b.length) / longer > TOLERANCE) return 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (let column = 0; column < b.length; column++) {
      const change = row[column]! + (letter === b[column] ? 0 : 1);
      const swapped = letter === b[column - 1] && a[line - 1] === b[column];
      const swap = swapped ? before[column - 1]! + 1 : change;
      next.push(Math.min(change, swap, row[column + 1]! + 1, next[column]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]! / longer;
}
