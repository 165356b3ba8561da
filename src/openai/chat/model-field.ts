/** Changing one word of a request and nothing else: the model's name in a JSON text. */

/**
 * The same text with another value for the top-level `model`. Everything else stays as it was
 * written, down to the last digit of a number that JavaScript could not hold.
 */
export function withModel(text: string, model: string): string {
  const found = findModel(text);
  const value = JSON.stringify(model);
  if (found) return text.slice(0, found.start) + value + text.slice(found.end);
  const open = text.indexOf("{") + 1;
  const empty = /^\s*\}/.test(text.slice(open));
  return `${text.slice(0, open)}"model":${value}${empty ? "" : ","}${text.slice(open)}`;
}

/** Where the value of the last top-level `model` begins and ends (JSON's last duplicate wins). */
function findModel(text: string): { start: number; end: number } | undefined {
  let depth = 0;
  let found: { start: number; end: number } | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === OPEN || char === OPEN_LIST) depth += 1;
    if (char === CLOSE || char === CLOSE_LIST) depth -= 1;
    if (char !== QUOTE) continue;
    const end = endOfString(text, at);
    if (depth === 1 && text.slice(at, end) === '"model"') {
      const start = /^\s*:\s*/.exec(text.slice(end, end + 64));
      if (start) found = valueAt(text, end + start[0].length);
    }
    at = end - 1;
  }
  return found;
}

const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const QUOTE = 34;

/** Index just behind the closing quote. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote > 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

/** A string, or a word such as null; a client's model is nothing else. */
function valueAt(text: string, start: number): { start: number; end: number } {
  if (text.charCodeAt(start) === QUOTE) return { start, end: endOfString(text, start) };
  const word = /^[^,}\s]*/.exec(text.slice(start, start + 64))![0];
  return { start, end: start + word.length };
}
