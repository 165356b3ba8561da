/** What the declarations do not tell and fal refuses: how many pictures a call takes and gives, how large. */

export interface Limits {
  /** The most that `num_images` may be. */
  readonly pictures: number;
  /** The shortest and longest side of `image_size`, in pixels. */
  readonly sides?: readonly [shortest: number, longest: number];
  /** The most pictures that a list of them holds; no limit is known where this is absent. */
  readonly given?: number;
  /** The only words of `duration`, where the declarations say no more than that it is text. */
  readonly lengths?: readonly string[];
  /** It shows its picture while it grows, under `/stream`. */
  readonly streams?: true;
  /** The slowest and fastest that speech may be, 1 being its usual pace. */
  readonly speed?: readonly [slowest: number, fastest: number];
  /** What its speech comes as, where it cannot be told. */
  readonly sounds?: readonly string[];
}

/** fal's usual maximum of `num_images`. */
const USUAL: Limits = { pictures: 4 };

const MINIMAX: Partial<Limits> = { speed: [0.5, 2] };

/** Where a model's page says otherwise. */
const LIMITS: Readonly<Record<string, Partial<Limits>>> = {
  "fal-ai/bytedance/dreamina/v3.1/text-to-image": { sides: [512, 2048] },
  "fal-ai/bytedance/seedream/v3/text-to-image": { sides: [512, 2048] },
  "fal-ai/bytedance/seedream/v4/text-to-image": { sides: [960, 4096] },
  "fal-ai/bytedance/seedream/v4/edit": { sides: [960, 4096], given: 10 },
  "fal-ai/bytedance/seedream/v4.5/text-to-image": { sides: [1920, 4096] },
  "fal-ai/bytedance/seedream/v4.5/edit": { sides: [1920, 4096], given: 10 },
  "fal-ai/elevenlabs/tts/multilingual-v2": { speed: [0.7, 1.2], sounds: ["mp3"] },
  "fal-ai/elevenlabs/tts/turbo-v2.5": { speed: [0.7, 1.2], sounds: ["mp3"] },
  "fal-ai/flux-1/dev": { streams: true },
  "fal-ai/flux-1/schnell": { streams: true },
  "fal-ai/flux/dev": { streams: true },
  "fal-ai/flux/schnell": { streams: true },
  "fal-ai/flux-krea-lora": { streams: true },
  "fal-ai/flux-lora": { streams: true },
  "fal-ai/gpt-image-1-mini/edit": { given: 16 },
  "fal-ai/gpt-image-1.5/edit": { given: 16 },
  "fal-ai/gpt-image-1/edit-image": { given: 16 },
  "fal-ai/kandinsky5-pro/image-to-video": { lengths: ["5s"] },
  "fal-ai/kandinsky5-pro/text-to-video": { lengths: ["5s"] },
  "fal-ai/kokoro/american-english": { sounds: ["wav"] },
  "fal-ai/kokoro/brazilian-portuguese": { sounds: ["wav"] },
  "fal-ai/kokoro/british-english": { sounds: ["wav"] },
  "fal-ai/kokoro/french": { sounds: ["wav"] },
  "fal-ai/kokoro/hindi": { sounds: ["wav"] },
  "fal-ai/kokoro/italian": { sounds: ["wav"] },
  "fal-ai/kokoro/japanese": { sounds: ["wav"] },
  "fal-ai/kokoro/mandarin-chinese": { sounds: ["wav"] },
  "fal-ai/kokoro/spanish": { sounds: ["wav"] },
  "fal-ai/kling-video/v1/tts": { speed: [0.8, 2] },
  "fal-ai/minimax/preview/speech-2.5-turbo": MINIMAX,
  "fal-ai/minimax/speech-02-hd": MINIMAX,
  "fal-ai/minimax/speech-02-turbo": MINIMAX,
  "fal-ai/minimax/speech-2.6-hd": MINIMAX,
  "fal-ai/minimax/speech-2.6-turbo": MINIMAX,
  "fal-ai/minimax/speech-2.8-hd": MINIMAX,
  "fal-ai/minimax/speech-2.8-turbo": MINIMAX,
  "fal-ai/veo3.1/extend-video": { lengths: ["7s"] },
  "fal-ai/veo3.1/fast/extend-video": { lengths: ["7s"] },
  "fal-ai/veo3.1/lite/first-last-frame-to-video": { lengths: ["8s"] },
  "fal-ai/veo3.1/reference-to-video": { given: 3, lengths: ["8s"] },
  "openai/gpt-image-2/edit": { given: 16 },
};

/** The limits of an endpoint, by its full fal id. */
export function limitsOf(id: string): Limits {
  return { ...USUAL, ...(Object.hasOwn(LIMITS, id) ? LIMITS[id] : {}) };
}

/** The size of the same shape whose sides are within limits; where no such is, each side at its limit. */
export function within(
  { width, height }: { readonly width: number; readonly height: number },
  sides: Limits["sides"],
): { width: number; height: number } {
  if (!sides) return { width, height };
  const [shortest, longest] = sides;
  const up = Math.max(1, shortest / Math.min(width, height));
  const down = Math.min(1, longest / Math.max(width * up, height * up));
  const side = (length: number) =>
    Math.min(longest, Math.max(shortest, Math.round(length * up * down)));
  return { width: side(width), height: side(height) };
}
