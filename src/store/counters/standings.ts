/** Who stands where in a fair line: how many calls are served before which. */

/** Where one owner stands. */
export interface Standing {
  tag: number;
  weight: number;
  /** How many of its calls wait. */
  count: number;
}

/** How many are served before the call at `index` of the owner at `place` in that order of owners. */
export function aheadOf(owners: readonly Standing[], place: number, index: number): number {
  const { tag, weight } = owners[place]!;
  const own = tag + index / weight;
  return owners.reduce((sum, other, otherPlace) => {
    if (otherPlace === place) return sum + index;
    const turns = (own - other.tag) * other.weight;
    const before = otherPlace < place ? Math.floor(turns) + 1 : Math.ceil(turns);
    return sum + Math.min(Math.max(before, 0), other.count);
  }, 0);
}

/** As Redis tells it: owner, tag, weight and count of each, and the lines of those asked for. */
export type Standings = [all: [string, string, string, number][], lines: string[][]];

/** How many are before each call of that instance. */
export function aheadIn(
  [all, lines]: Standings,
  owners: readonly string[],
  identity: string,
): ReadonlyMap<string, number> {
  const standings = all.map(([, tag, weight, count]) => ({
    ...{ tag: Number(tag), weight: Number(weight), count },
  }));
  const ahead = new Map<string, number>();
  for (const [line, owner] of owners.entries()) {
    const place = all.findIndex(([name]) => name === owner);
    if (place < 0) continue; // All of it has been served meanwhile.
    for (const [index, entry] of lines[line]!.entries()) {
      const [instance, mark = ""] = entry.split(" ");
      if (instance !== identity) continue;
      ahead.set(mark.replace(/^\+/, ""), aheadOf(standings, place, index));
    }
  }
  return ahead;
}
