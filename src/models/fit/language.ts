/** The language of speech: from what clients write to what an endpoint takes. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { NOTHING, type Part } from "./request.ts";

const FIELDS = ["language", "language_code"] as const;

/** The languages that speech models know. */
const CODES = (
  "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fil fo fr ga gl gu ha haw he " +
  "hi hr ht hu hy id is it ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn " +
  "no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi " +
  "yo yue zh"
).split(" ");

/** What ICU leaves as it is and models write otherwise. */
const OTHERWISE: Readonly<Record<string, string>> = {
  cmn: "zh",
  fil: "tl",
  fre: "fr",
  ger: "de",
  nb: "no",
};

/** Whisper's code of Javanese is one that ISO withdrew. */
const OLDER: Readonly<Record<string, string>> = { jv: "jw" };

let names: Map<string, string> | undefined;

/** The ISO 639-1 code of a language: of `de`, `de-DE`, `deu`, `german`; nothing where it is none. */
export function languageCode(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  names ??= new Map(CODES.map((code) => [languageName(code), code]));
  const named = names.get(word);
  const base = word.split(/[-_]/)[0]!;
  if (named !== undefined || !/^[a-z]{2,3}$/.test(base)) return named;
  const own = Intl.getCanonicalLocales(base)[0]!;
  const code = Object.hasOwn(OTHERWISE, own) ? OTHERWISE[own]! : own;
  return CODES.includes(code) ? code : undefined;
}

/** A language by its English name in lower case, as OpenAI's `verbose_json` has it. */
export function languageName(code: string): string {
  const name = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" }).of(code);
  return (name ?? code).toLowerCase();
}

/** The field of the language. Throws 400, naming `language`, for one that the model does not know. */
export function fitLanguage(language: string | null | undefined, { input }: Endpoint): Part {
  if (!language) return NOTHING;
  const code = languageCode(language);
  if (code === undefined) {
    throw invalidRequest(`Invalid language '${language}': write a code such as en.`, "language");
  }
  const name = FIELDS.find((field) => input[field]);
  if (!name) return NOTHING;
  const members = input[name]!.enum;
  if (!members || input[name]!.open) return { input: { [name]: code }, adjusted: [] };
  const word = [code, OLDER[code], languageName(code)]
    .map((wanted) => members.find((member) => member.toLowerCase() === wanted))
    .find((member) => member !== undefined);
  if (word === undefined) {
    const message = `Invalid language '${language}': this model does not know it.`;
    throw invalidRequest(message, "language");
  }
  return { input: { [name]: word }, adjusted: [] };
}
