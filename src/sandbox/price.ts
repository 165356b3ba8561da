/** What each endpoint costs: the unit it is counted in and dollars for one. */
import type { Fields } from "./call.ts";
import type { Model } from "./schema.ts";
import type { Size } from "./size.ts";

export type Unit =
  | "images"
  | "megapixels"
  | "seconds"
  | "1000 characters"
  | "1m tokens"
  | "compute seconds"
  | "units";

export interface Price {
  readonly unit: Unit;
  readonly unitPrice: number;
}

/** The first that matches; the sandbox's own figures, near fal's. */
const prices: readonly (readonly [RegExp, Unit, number])[] = [
  [/flux.*schnell/, "megapixels", 0.003],
  [/flux-pro\/v1\.1-ultra/, "images", 0.06],
  [/flux-pro\/v1\.1$/, "megapixels", 0.04],
  [/flux.*kontext.*max/, "images", 0.08],
  [/flux.*kontext/, "images", 0.04],
  [/flux/, "megapixels", 0.025],
  [/nano-banana-pro|gemini-3-pro/, "images", 0.15],
  [/nano-banana|gemini-25/, "images", 0.039],
  [/imagen4.*ultra/, "images", 0.06],
  [/imagen4.*fast/, "images", 0.02],
  [/veo3.*fast|veo3.*lite/, "seconds", 0.15],
  [/veo[23]/, "seconds", 0.4],
  [/seedance/, "seconds", 0.06],
  [/elevenlabs\/tts/, "1000 characters", 0.1],
  [/kokoro/, "1000 characters", 0.02],
];

const byOutput: Record<Model["output"], readonly [Unit, number]> = {
  images: ["images", 0.04],
  image: ["images", 0.04],
  video: ["seconds", 0.1],
  videos: ["seconds", 0.1],
  audio: ["1000 characters", 0.05],
  text: ["compute seconds", 0.0005],
  mesh: ["units", 0.2],
  file: ["units", 0.05],
  other: ["units", 0.01],
  llm: ["1m tokens", 1],
  openai: ["1m tokens", 1],
};

export function priceOf({ id, output }: Model): Price {
  const [, unit, unitPrice] = prices.find(([pattern]) => pattern.test(id)) ?? [
    "",
    ...byOutput[output],
  ];
  return { unit, unitPrice };
}

/** Megapixels are counted up, picture by picture. */
export function pictureUnits(price: Price, sizes: readonly Size[]): number {
  if (price.unit !== "megapixels") return sizes.length;
  return sizes.reduce((sum, { width, height }) => sum + Math.ceil((width * height) / 2 ** 20), 0);
}

export function secondsOf({ duration, num_frames }: Fields): number {
  const seconds = Number.parseFloat(String(duration));
  if (seconds > 0) return seconds;
  if (typeof num_frames === "number" && num_frames > 0) return Math.round(num_frames / 24) || 1;
  return 5;
}
