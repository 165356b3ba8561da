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
  { ids: /^fal-ai\/hunyuan-video(-lora)?(\/|$)/, fields: ["num_frames"] },
];

/** An input with the endpoint's numeric words as numbers: `"6"` goes out as `6`. */
export function withNumbers(
  input: Readonly<Record<string, unknown>>,
  { id }: Endpoint,
): Record<string, unknown> {
  const names = NUMERIC.filter(({ ids }) => ids.test(id)).flatMap(({ fields }) => fields);
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      names.includes(name) && typeof value === "string" && value.trim() !== ""
        ? (numeric(value) ?? value)
        : value,
    ]),
  );
}

function numeric(text: string) {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
