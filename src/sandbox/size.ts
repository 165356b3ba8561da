/** How large a picture an input asks for, in every dialect that fal's models have for it. */
import { type Fields, isFields } from "./call.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const named: Readonly<Record<string, Size>> = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
  auto_1K: { width: 1024, height: 1024 },
  auto_2K: { width: 2048, height: 2048 },
  auto_3K: { width: 3072, height: 3072 },
  auto_4K: { width: 4096, height: 4096 },
};

/** Edge of the square with as many pixels. */
const edges: Readonly<Record<string, number>> = {
  "0.5K": 512,
  "1K": 1024,
  "2K": 2048,
  "4K": 4096,
  "480p": 640,
  "720p": 960,
  "1080p": 1440,
};

const largest = 4096;

/** `source` is the size of the input's own picture, which an edit keeps unless told otherwise. */
export function sizeOf(endpoint: string, input: Fields, source?: Size): Size {
  const { width, height, image_size, aspect_ratio, resolution } = input;
  if (isEdge(width) && isEdge(height)) return { width, height };
  if (isFields(image_size) && isEdge(image_size["width"]) && isEdge(image_size["height"])) {
    return { width: image_size["width"], height: image_size["height"] };
  }
  if (typeof image_size === "string") {
    const size = named[image_size] ?? pixels(image_size);
    if (size) return size;
  }
  const edge = edges[String(resolution)] ?? (endpoint.endsWith("ultra") ? 2048 : 1024);
  const ratio = ratioOf(aspect_ratio);
  if (ratio) return shaped(edge, ratio);
  if (source) return enlarged(endpoint, input, source);
  // FLUX draws landscape_4_3 and its ultra 16:9 where nothing is said.
  if (endpoint.endsWith("ultra")) return shaped(edge, 16 / 9);
  if (endpoint.includes("flux")) return named["landscape_4_3"]!;
  return { width: edge, height: edge };
}

function enlarged(endpoint: string, input: Fields, source: Size): Size {
  const upscaler = /upscal|aura-sr|esrgan|topaz|seedvr/.test(endpoint);
  const { upscale_factor, scale, upscaling_factor } = input;
  const asked = upscale_factor ?? scale ?? upscaling_factor ?? 2;
  const factor = upscaler && typeof asked === "number" && asked > 0 ? asked : 1;
  return { width: clamp(source.width * factor), height: clamp(source.height * factor) };
}

function shaped(edge: number, ratio: number): Size {
  const multiple = (value: number) => clamp(Math.round(value / 16) * 16);
  return { width: multiple(edge * Math.sqrt(ratio)), height: multiple(edge / Math.sqrt(ratio)) };
}

function ratioOf(value: unknown): number | undefined {
  const [, width, height] = /^(\d+):(\d+)$/.exec(String(value)) ?? [];
  const ratio = Number(width) / Number(height);
  return ratio > 0 && Number.isFinite(ratio) ? ratio : undefined;
}

function pixels(text: string): Size | undefined {
  const [, width, height] = /^(\d+)[x*](\d+)$/i.exec(text) ?? [];
  if (!isEdge(Number(width)) || !isEdge(Number(height))) return undefined;
  return { width: Number(width), height: Number(height) };
}

function isEdge(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= largest;
}

function clamp(value: number): number {
  return Math.min(largest, Math.max(1, Math.round(value)));
}
