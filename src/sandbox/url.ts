/** Reads addresses without throwing. */

export function isUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}
