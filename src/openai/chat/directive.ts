/** The size that a person writes into the text of a chat message, and the text without it. */

export interface Directed {
  /** What is left to draw. */
  prompt: string;
  /** `16:9` or `1024x768`, as `size` takes it; absent when the text says none, or not clearly. */
  size?: string;
}

/** Full-width figures and signs, as Chinese and Japanese keyboards give them, to plain ones: one for one. */
const WIDE = "０１２３４５６７８９：∶／＝ｘＸ×＊";
const PLAIN = "0123456789::/=xxxx";

const PAIR = "(\\d{1,5})\\s*([:/x*])\\s*(\\d{1,5})(?!\\d|\\s*[:/x*]\\s*\\d)";

/** Words that announce a size. What follows them is one, whatever other figures the text has. */
const MARKED = new RegExp(
  `(?:(?<![\\p{L}\\p{N}_-])(?:image[ _-]?size|aspect[ _-]?ratio|size|ratio|resolution|--ar)` +
    `|图片比例|画面比例|图片尺寸|宽高比|长宽比|纵横比|比例|尺寸|大小|画幅|分辨率)` +
    `\\s*(?:is|of|为|是)?\\s*[:=]?\\s*${PAIR}`,
  "giu",
);

/** A ratio with the word behind it: `16:9 aspect ratio`, `9:16比例`. */
const NAMED = new RegExp(
  `(?<![\\d.:/])${PAIR}\\s*(?:aspect[ _-]?ratio|ratio|format|的?(?:比例|宽高比|长宽比|画幅|尺寸))(?![a-z])`,
  "giu",
);

/** Chinese writes no blanks around it; `3/4` is a part or a view, so a slash needs its word. */
const BARE = new RegExp(
  `(?<![\\p{Script=Latin}\\d.:/])${PAIR.replace("[:/x*]", "[:x*]")}(?![\\d:/]|\\.\\d|\\p{Script=Latin})`,
  "giu",
);

/** Shapes that stand for themselves; any other bare pair may as well be a score or a time. */
const SHAPES = new Set(["1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21"]);

/** Words beside a bare pair that make it a time, a score or a verse. */
const BEFORE =
  /(?:\b(?:at|by|until|till|from|since|before|after|around|about|score[ds]?|was|is|won|lost|chapter|verse|page|psalm|john|mark|luke|matthew|odds)|(?:比分|得分|时间)[是为:]?|在)\s*$/iu;
const AFTER =
  /^\s*(?:am\b|pm\b|a\.m|p\.m|o'?clock|score|scale|win|victory|lead|odds|点|分|比分|胜|大胜|获胜)/iu;

/**
 * A marked size is taken and cut out; a bare one only where nothing else in the text could be
 * confused with it. Two different sizes are none. A pair such as `16/9` is written `16:9`.
 */
export function readDirective(text: string): Directed {
  const plain = text.replace(/[０-９：∶／＝ｘＸ×＊X]/g, (char) =>
    char === "X" ? "x" : PLAIN[WIDE.indexOf(char)]!,
  );
  const marked = [...plain.matchAll(MARKED), ...plain.matchAll(NAMED)];
  const found = marked.length > 0 ? marked : bare(plain);
  const sizes = new Set(found.map(sizeOf));
  const [size] = sizes;
  if (sizes.size !== 1 || size === undefined) return { prompt: text.trim() };
  return { prompt: cut(text, found), size };
}

function bare(plain: string): RegExpMatchArray[] {
  const pairs = [...plain.matchAll(BARE)];
  const [pair] = pairs;
  if (pairs.length !== 1 || !pair) return [];
  const before = plain.slice(0, pair.index);
  const after = plain.slice(pair.index + pair[0].length);
  if (/\d/.test(before + after) || BEFORE.test(before) || AFTER.test(after)) return [];
  const pixels = pair[2] === "x" && Number(pair[1]) >= 64 && Number(pair[3]) >= 64;
  return pixels || SHAPES.has(sizeOf(pair)) ? [pair] : [];
}

function sizeOf([, width, sign, height]: RegExpMatchArray): string {
  const pixels = Number(width) >= 64 && Number(height) >= 64;
  return `${width}${sign === "x" || sign === "*" || pixels ? "x" : ":"}${height}`;
}

/** The text without the directives, and without the commas and brackets that held them. */
function cut(text: string, found: readonly RegExpMatchArray[]): string {
  const last = found.toSorted((a, b) => b.index! - a.index!);
  const left = last.reduce(
    (rest, { index, 0: whole }) => `${rest.slice(0, index)}\0${rest.slice(index! + whole.length)}`,
    text,
  );
  return left
    .replace(/\s+(?:in|as|at|with)(?:\s+an?)?\s*\0\s*(?=[,，、;；.。!！?？]|$)/gi, "\0")
    .replace(/\s*\0\s*的\s*/g, "")
    .replace(/[([{（【]\s*\0\s*[)\]}）】]/g, "\0")
    .replace(/([.。!！?？])\s*\0\s*[.。]/g, "$1")
    .replace(/\s*[,，、;；|]?\s*\0\s*(?=[,，、;；.。!！?？]|$)/g, "")
    .replace(/^\s*\0?\s*[,，、;；.。]?\s*/, "")
    .replace(/\s*\0\s*/g, " ")
    .trim();
}
