/** Names with a star in them: `flux-*` stands for whatever begins so. */

/** Whether any of the globs matches the name. A star stands for any characters, slashes too. */
export const matchesAny = (globs: readonly string[], name: string): boolean =>
  globs.some((glob) => matches(glob, name));

/** Takes time in proportion to the name, whatever the glob. */
export function matches(glob: string, name: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return glob === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
