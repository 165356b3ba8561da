/** The random part of the ids that relays give out. */

export const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
export const ALL = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** So many characters of an alphabet of at most 256, each as likely as the others. */
export function randomOf(alphabet: string, length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const usable = [...bytes].filter((byte) => byte < fair);
    text += usable.map((byte) => alphabet[byte % alphabet.length]).join("");
  }
  return text.slice(0, length);
}
