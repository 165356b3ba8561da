/** The names of models closest to one that nobody has, whichever way they are spelled. */
import { distance, nearest } from "../nearest.ts";

/** Up to `count` of `names`, closest first; none that is too far from `name`. */
export function nearestNames(name: string, names: readonly string[], count: number): string[] {
  const wanted = plain(name);
  const distanceOf = (candidate: string) =>
    Math.min(...spellings(candidate, name).map((each) => distance(wanted, each)));
  return nearest([...new Set(names)], distanceOf, count);
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
