/** Reads addresses without throwing. */

export function isUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}

/** A path with broken escapes is taken as it stands. */
export function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
