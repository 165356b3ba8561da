/** A model's resolution classes (`1K`, `720p`, `4MP`) against a size in pixels. */

/** The member of an enum whose class holds about as many pixels; nothing where none is a class. */
export function nearestResolution(pixels: number, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, pixels: pixelsOf(word) }))
    .filter((entry): entry is { word: string; pixels: number } => entry.pixels !== undefined)
    .sort((a, b) => Math.abs(Math.log(a.pixels / pixels)) - Math.abs(Math.log(b.pixels / pixels)));
  return best?.word;
}

/** How many pixels a class stands for: `2K` is 2048 squared whatever the shape, `720p` is 1280x720. */
export function pixelsOf(word: string): number | undefined {
  const figure = /^(?:true_)?([\d.]+)(k|p|mp)$/i.exec(word);
  if (!figure) return undefined;
  const value = Number(figure[1]);
  const unit = figure[2]!.toLowerCase();
  if (unit === "k") return (value * 1024) ** 2;
  return unit === "mp" ? value * 1024 ** 2 : value * Math.round((value * 16) / 9);
}
