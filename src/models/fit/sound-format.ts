/** OpenAI's `response_format` as an endpoint says it, and what the file will then be. */
import type { Endpoint, Field } from "../catalog.ts";
import { limitsOf } from "../limits.ts";
import { NOTHING, type Part } from "./request.ts";

export interface SoundPart extends Part {
  /** What the file will be, in OpenAI's words; nothing where only the file can tell. */
  readonly format?: string;
}

/** What models call OpenAI's formats, best first. OpenAI's `pcm` has 24 kHz. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  mp3: ["mp3", "mp3_44100_128"],
  opus: ["opus", "ogg_opus", "opus_48000_128"],
  aac: ["aac", "m4a"],
  flac: ["flac"],
  wav: ["wav"],
  pcm: ["pcm", "pcm_24000"],
};

const PCM_RATE = "24000";

/** Where the format stands: a word, or a member of an object. */
const PLACES: readonly (readonly [field: string, member?: string])[] = [
  ["output_format"],
  ["output_format", "codec"],
  ["audio_setting", "format"],
];

/** A file and its bare samples are made of one another, once they are there. */
const MADE_OF: Readonly<Record<string, string>> = { wav: "pcm", pcm: "wav" };

/** What the response format is called, and what the file will be: the other of a pair where it must. */
export function fitSoundFormat(asked: string | null | undefined, endpoint: Endpoint): SoundPart {
  const format = asked?.toLowerCase() ?? "";
  if (format === "") return NOTHING;
  const part = named(format, endpoint);
  const source = Object.hasOwn(MADE_OF, format) ? MADE_OF[format] : undefined;
  return part === NOTHING && source !== undefined ? named(source, endpoint) : part;
}

/** The formats that an endpoint gives or that can be made of them; nothing where nobody has told. */
export function soundFormats(endpoint: Endpoint): readonly string[] | undefined {
  const own =
    limitsOf(endpoint.id).sounds ??
    Object.keys(NAMES).filter((format) => named(format, endpoint) !== NOTHING);
  if (own.length === 0) return undefined;
  const made = Object.keys(MADE_OF).filter((format) => own.includes(MADE_OF[format]!));
  return [...new Set([...own, ...made])];
}

function named(format: string, endpoint: Endpoint): SoundPart {
  const names = Object.hasOwn(NAMES, format) ? NAMES[format]! : [format];
  for (const [field, member] of PLACES) {
    const outer = endpoint.input[field];
    const inner = member === undefined ? outer : outer?.fields?.[member];
    const word = names.find((name) => inner?.enum?.includes(name));
    if (!outer || word === undefined) continue;
    const rate = format === "pcm" && member !== undefined ? pcmRate(outer) : {};
    const value = member === undefined ? word : { [member]: word, ...rate };
    return { input: { [field]: value }, adjusted: [], format };
  }
  return NOTHING;
}

function pcmRate(field: Field) {
  return field.fields?.sample_rate?.enum?.includes(PCM_RATE) ? { sample_rate: PCM_RATE } : {};
}

/** Sound must come as an address: some models answer with its bytes in hexadecimal unless told so. */
export function asAddress({ input }: Endpoint): Record<string, unknown> {
  return input.output_format?.enum?.includes("url") ? { output_format: "url" } : {};
}
