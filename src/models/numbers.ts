/** Enums whose members are numbers on the wire; the declarations print every member as text. */
import type { Endpoint } from "./catalog.ts";

interface Numeric {
  readonly ids: RegExp;
  readonly fields: readonly string[];
}

/** From the models' pages on fal.ai, where such members stand without quotes. */
const NUMERIC: readonly Numeric[] = [
  { ids: /^fal-ai\/ltx-2(\.3)?\//, fields: ["duration", "fps"] },
  { ids: /^fal-ai\/sora-2\//, fields: ["duration"] },
  { ids: /^fal-ai\/vidu\/q2\//, fields: ["duration"] },
  { ids: /^fal-ai\/magi(-distilled)?(\/|$)/, fields: ["num_inference_steps"] },
  {
    ids: /^fal-ai\/minimax(-music)?\//,
    fields: ["audio_setting.sample_rate", "audio_setting.bitrate", "audio_setting.channel"],
  },
  { ids: /^xai\/tts\//, fields: ["output_format.sample_rate", "output_format.bit_rate"] },
  { ids: /^fal-ai\/hunyuan-video(-lora)?(\/|$)/, fields: ["num_frames"] },
];

/** An input with the endpoint's numeric words as numbers: `"6"` goes out as `6`. */
export function withNumbers(
  input: Readonly<Record<string, unknown>>,
  { id }: Endpoint,
): Record<string, unknown> {
  const names = NUMERIC.filter(({ ids }) => ids.test(id)).flatMap(({ fields }) => fields);
  return names.length === 0 ? { ...input } : convert(input, names, "");
}

function convert(fields: Readonly<Record<string, unknown>>, names: readonly string[], at: string) {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => {
    if (isRecord(value)) return [name, convert(value, names, `${at}${name}.`)];
    return [name, names.includes(at + name) ? numeric(value) : value];
  });
  return Object.fromEntries(entries);
}

function numeric(value: unknown) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return Number.isNaN(number) ? value : number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
