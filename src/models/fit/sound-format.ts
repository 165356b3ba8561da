/** OpenAI's `response_format` as an endpoint says it, and what the file will then be. */
import type { Endpoint, Field } from "../catalog.ts";
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

/** What the response format is called, and what the answer will be. */
export function fitSoundFormat(asked: string | null | undefined, endpoint: Endpoint): SoundPart {
  const format = asked?.toLowerCase() ?? "";
  if (format === "") return NOTHING;
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
