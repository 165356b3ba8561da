/** The language models that the contracts name, and how OpenRouter spells what clients write. */
import type { Alias } from "../alias.ts";

const NAMES = [
  "anthropic/claude-sonnet-4",
  "anthropic/claude-opus-4",
  "anthropic/claude-3.7-sonnet",
  "anthropic/claude-3.5-sonnet",
  "anthropic/claude-3-5-haiku",
  "anthropic/claude-3-haiku",
  "google/gemini-2.5-pro",
  "google/gemini-pro-1.5",
  "google/gemini-flash-1.5",
  "google/gemini-flash-1.5-8b",
  "google/gemini-2.0-flash-001",
  "moonshotai/kimi-k2",
  "meta-llama/llama-3.2-1b-instruct",
  "meta-llama/llama-3.2-3b-instruct",
  "meta-llama/llama-3.1-8b-instruct",
  "meta-llama/llama-3.1-70b-instruct",
  "meta-llama/llama-4-maverick",
  "meta-llama/llama-4-scout",
  "openai/gpt-4o-mini",
  "openai/gpt-4o",
  "deepseek/deepseek-r1",
] as const;

interface Vendor {
  readonly vendor: string;
  /** Bare names that are this vendor's. */
  readonly names: RegExp;
  /** Its own spellings that OpenRouter writes otherwise. */
  readonly spellings?: readonly (readonly [RegExp, string])[];
}

const VENDORS: readonly Vendor[] = [
  {
    vendor: "openai",
    names: /^(text-embedding-|gpt-(?!image)|gpt\d|chatgpt-(?!image)|o[1-9](-|$))/,
  },
  {
    vendor: "anthropic",
    names: /^claude-/,
    // Anthropic dates its names and writes versions with a dash: claude-3-5-haiku-20241022.
    spellings: [
      [/-(20\d{6}|latest)$/, ""],
      [/-(\d)-(\d)(?=-|$)/, "-$1.$2"],
    ],
  },
  {
    vendor: "google",
    names: /^(gemini|gemma)-/,
    spellings: [
      [/^gemini-1\.5-(pro|flash)/, "gemini-$1-1.5"],
      [/^gemini-2\.0-flash$/, "gemini-2.0-flash-001"],
    ],
  },
  { vendor: "deepseek", names: /^deepseek-/, spellings: [[/^deepseek-reasoner$/, "deepseek-r1"]] },
  { vendor: "meta-llama", names: /^llama-/ },
  { vendor: "moonshotai", names: /^kimi-/ },
  { vendor: "mistralai", names: /^(mistral|mixtral|codestral)-/ },
  { vendor: "qwen", names: /^(qwen|qwq)[\d-]/ },
  { vendor: "x-ai", names: /^grok-/ },
];

/**
 * The OpenRouter id of a language model: `gpt-4o` is `openai/gpt-4o`, `anthropic/claude-3-5-haiku` is
 * `anthropic/claude-3.5-haiku`, any other `vendor/model` is itself. Nothing for a name of no known vendor.
 */
export function languageModel(name: string): string | undefined {
  const slash = name.indexOf("/");
  const owner = slash > 0 ? name.slice(0, slash) : undefined;
  const model = name.slice(slash + 1);
  const vendor = VENDORS.find((known) => (owner ? known.vendor === owner : known.names.test(name)));
  if (vendor) {
    const spelt = (vendor.spellings ?? []).reduce(
      (text, [pattern, replacement]) => text.replace(pattern, replacement),
      model,
    );
    return `${vendor.vendor}/${spelt}`;
  }
  return owner && /^[\w.-]+\/[\w.-]+(:[\w-]+)?$/.test(name) ? name : undefined;
}

/** The 21 names of contract 1. Any other `vendor/model` works too: see `languageModel`. */
export const chatAliases: readonly Alias[] = NAMES.map((id) => ({
  id,
  modality: "chat",
  owner: id.slice(0, id.indexOf("/")),
  endpoints: [],
  upstream: languageModel(id)!,
}));
