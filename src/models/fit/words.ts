/** OpenAI's words for quality, background, file format and style, as an endpoint says them. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { NOTHING, type Part } from "./request.ts";

type Word = "quality" | "background" | "output_format" | "style" | "input_fidelity";

/** What a request may say in those words. */
export type Words = Readonly<Partial<Record<Word, string | null | undefined>>>;

interface Dialect {
  /** The fields that fal's models have for it; the first that takes the word gets it. */
  readonly fields: readonly string[];
  /** What each of OpenAI's words may be called, best first. A word that is not here is its own name. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** A word that neither OpenAI nor the model knows is the client's mistake, not ours to drop. */
  readonly strict?: true;
  /** What the model lacks of these is made of what it gives, once it is there. */
  readonly made?: readonly string[];
}

const HIGH = ["high", "hd", "quality"] as const;
const MEDIUM = ["medium", "standard", "balanced"] as const;

const DIALECTS: Readonly<Record<Word, Dialect>> = {
  quality: {
    fields: ["quality", "rendering_speed", "resolution"],
    words: {
      auto: ["auto"],
      low: ["low", "turbo"],
      medium: MEDIUM,
      standard: MEDIUM,
      high: HIGH,
      hd: [...HIGH, "2k"],
      xhigh: ["xhigh", ...HIGH],
      max: ["max", "xhigh", ...HIGH],
    },
    strict: true,
  },
  background: {
    fields: ["background"],
    words: { auto: ["auto"], transparent: ["transparent"], opaque: ["opaque"] },
    strict: true,
  },
  output_format: {
    fields: ["output_format", "image_format", "format"],
    words: {
      jpg: ["jpeg", "jpg"],
      jpeg: ["jpeg", "jpg"],
      png: ["png"],
      webp: ["webp"],
      gif: ["gif"],
      svg: ["svg"],
    },
    strict: true,
    made: ["png", "jpeg", "jpg", "webp"],
  },
  style: {
    fields: ["style"],
    words: { vivid: ["vivid"], natural: ["natural"] },
    strict: true,
  },
  input_fidelity: {
    fields: ["input_fidelity"],
    words: { low: ["low"], high: ["high"] },
    strict: true,
  },
};

/** What a model does anyway when it is not told. */
const UNREMARKABLE = new Set(["auto", "standard", "opaque"]);

/** One of those words for this endpoint. Throws 400, naming it, for one that nobody knows. */
export function fitWord(name: Word, request: Words, endpoint: Endpoint): Part {
  const value = request[name];
  if (value === undefined || value === null || value === "") return NOTHING;
  const { fields, words, strict, made } = DIALECTS[name];
  const asked = value.toLowerCase();
  const known = Object.hasOwn(words, asked) ? words[asked] : undefined;

  for (const field of fields) {
    const members = endpoint.input[field]?.enum ?? [];
    const member = pick(members, known ?? [asked]);
    if (member !== undefined) return { input: { [field]: member }, adjusted: [] };
  }
  const members = endpoint.input[name]?.enum;
  if (strict && members && !known) {
    throw invalidRequest(
      `Invalid ${name} '${value}': this model has ${members.slice(0, 12).join(", ")}.`,
      name,
    );
  }
  if (UNREMARKABLE.has(asked) || made?.includes(asked)) return NOTHING;
  return { input: {}, adjusted: [`${name} ${value} was left out: this model does not have it`] };
}

function pick(members: readonly string[], names: readonly string[]) {
  for (const name of names) {
    const member = members.find((member) => member.toLowerCase() === name);
    if (member !== undefined) return member;
  }
  return undefined;
}
