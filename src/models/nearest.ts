/** The names closest to one that nobody has: "did you mean". */

/** Further apart than this part of the longer name is not a slip of the pen. */
const TOLERANCE = 0.4;

/** Up to `count` of `names`, closest first; none that is too far from `name`. */
export function nearest(name: string, names: readonly string[], count: number): string[] {
  const wanted = plain(name);
  return [...new Set(names)]
    .map((candidate) => ({
      candidate,
      distance: Math.min(...spellings(candidate, name).map((each) => distance(wanted, each))),
    }))
    .filter(({ distance }) => distance <= TOLERANCE)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Whoever writes no vendor may mean a name that has one: `gpt-4oo` is near `openai/gpt-4o`. */
function spellings(candidate: string, name: string): string[] {
  const bare = candidate.slice(candidate.indexOf("/") + 1);
  return name.includes("/") ? [plain(candidate)] : [plain(candidate), plain(bare)];
}

function plain(name: string) {
  return name
    .toLowerCase()
    .replace(/^fal-ai\//, "")
    .replaceAll(/[\s_/.-]+/g, "-")
    .slice(0, 80);
}

/** Edits between two names as a part of the longer one, 0 to 1. */
function distance(a: string, b: string): number {
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
