/** The picture models that the contracts name, and OpenAI's own. */
import type { Alias, Chain } from "../alias.ts";

/** Draws when a request names no model (contracts 2 and 3). */
export const DEFAULT_IMAGE_MODEL = "imagen4-preview";

/** Varies a picture when a request names no model. */
export const DEFAULT_VARIATION_MODEL = "fal-ai/flux-1/dev/redux";

// Imagen left fal's list in August 2026; Google's successors of it are these.
const GOOGLE: Chain = ["fal-ai/nano-banana-2", "fal-ai/nano-banana"];
const GOOGLE_EDIT: Chain = ["fal-ai/nano-banana-2/edit", "fal-ai/nano-banana/edit"];
const GPT: Chain = ["fal-ai/gpt-image-1.5", "fal-ai/gpt-image-1/text-to-image"];
const GPT_EDIT: Chain = ["fal-ai/gpt-image-1.5/edit", "fal-ai/gpt-image-1/edit-image"];
const KONTEXT: Chain = ["fal-ai/flux-pro/kontext", "fal-ai/flux-pro/kontext/multi"];

function picture(
  alias: Omit<Alias, "modality" | "owner"> & Partial<Pick<Alias, "modality" | "owner">>,
): Alias {
  return { modality: "text-to-image", owner: "fal-ai", ...alias };
}

export const imageAliases: readonly Alias[] = [
  picture({
    id: DEFAULT_IMAGE_MODEL,
    also: ["imagen4", "imagen-4"],
    name: "Imagen 4",
    endpoints: ["fal-ai/imagen4/preview", ...GOOGLE],
    with: { edit: GOOGLE_EDIT },
  }),
  picture({
    id: "imagen4-fast",
    name: "Imagen 4 Fast",
    endpoints: ["fal-ai/imagen4/preview/fast", "fal-ai/nano-banana"],
    with: { edit: GOOGLE_EDIT },
  }),
  picture({
    id: "imagen4-ultra",
    name: "Imagen 4 Ultra",
    endpoints: ["fal-ai/imagen4/preview/ultra", "fal-ai/nano-banana-pro"],
    with: { edit: ["fal-ai/nano-banana-pro/edit"] },
  }),
  picture({
    id: "Flux 1.1 Pro Ultra",
    also: ["flux 1.1 pro ultra", "flux-1.1-pro-ultra"],
    endpoints: ["fal-ai/flux-pro/v1.1-ultra"],
    with: { edit: KONTEXT },
  }),
  picture({
    id: "flux-1.1-ultra",
    name: "FLUX 1.1 Ultra",
    endpoints: ["fal-ai/flux-pro/v1.1-ultra"],
    with: { edit: KONTEXT },
  }),
  picture({
    id: "flux-1.1-pro",
    name: "FLUX 1.1 Pro",
    endpoints: ["fal-ai/flux-pro/v1.1"],
    with: { edit: KONTEXT },
  }),
  picture({
    id: "flux-dev",
    name: "FLUX.1 dev",
    endpoints: ["fal-ai/flux/dev", "fal-ai/flux-1/dev"],
    with: { edit: ["fal-ai/flux/dev/image-to-image", "fal-ai/flux-1/dev/image-to-image"] },
  }),
  picture({
    id: "flux-schnell",
    name: "FLUX.1 schnell",
    endpoints: ["fal-ai/flux/schnell", "fal-ai/flux-1/schnell"],
    with: { edit: ["fal-ai/flux/dev/image-to-image"] },
  }),
  picture({
    id: "flux-kontext",
    name: "FLUX.1 Kontext",
    endpoints: ["fal-ai/flux-pro/kontext/text-to-image"],
    with: { edit: KONTEXT },
  }),
  picture({
    id: "recraft-v3",
    name: "Recraft V3",
    endpoints: ["fal-ai/recraft/v3/text-to-image", "fal-ai/recraft/v4/text-to-image"],
    with: { edit: ["fal-ai/recraft/v3/image-to-image"] },
  }),
  picture({
    id: "ideogram-v2",
    name: "Ideogram V2",
    endpoints: ["fal-ai/ideogram/v2", "fal-ai/ideogram/v3"],
    with: { edit: ["fal-ai/ideogram/v2/remix", "fal-ai/ideogram/v3/remix"] },
  }),
  picture({
    id: "ideogram-v3",
    name: "Ideogram V3",
    endpoints: ["fal-ai/ideogram/v3"],
    with: { edit: ["fal-ai/ideogram/v3/remix"] },
  }),
  picture({
    id: "nano-banana",
    name: "Nano Banana",
    endpoints: ["fal-ai/nano-banana", "fal-ai/gemini-25-flash-image"],
    with: { edit: ["fal-ai/nano-banana/edit", "fal-ai/gemini-25-flash-image/edit"] },
  }),
  picture({
    id: "nano-banana-edit",
    name: "Nano Banana Edit",
    modality: "image-to-image",
    endpoints: [],
    with: { edit: ["fal-ai/nano-banana/edit", "fal-ai/gemini-25-flash-image/edit"] },
  }),
  picture({
    id: "nano-banana-2",
    name: "Nano Banana 2",
    endpoints: ["fal-ai/nano-banana-2", "fal-ai/gemini-3.1-flash-image-preview"],
    with: { edit: ["fal-ai/nano-banana-2/edit", "fal-ai/gemini-3.1-flash-image-preview/edit"] },
  }),
  picture({
    id: "nano-banana-pro",
    name: "Nano Banana Pro",
    endpoints: ["fal-ai/nano-banana-pro", "fal-ai/gemini-3-pro-image-preview"],
    with: { edit: ["fal-ai/nano-banana-pro/edit", "fal-ai/gemini-3-pro-image-preview/edit"] },
  }),
  picture({
    id: "seedream-4.5",
    name: "Seedream 4.5",
    endpoints: [
      "fal-ai/bytedance/seedream/v4.5/text-to-image",
      "fal-ai/bytedance/seedream/v4/text-to-image",
    ],
    with: { edit: ["fal-ai/bytedance/seedream/v4.5/edit", "fal-ai/bytedance/seedream/v4/edit"] },
  }),
  picture({
    id: "qwen-image",
    name: "Qwen Image",
    endpoints: ["fal-ai/qwen-image"],
    with: { edit: ["fal-ai/qwen-image/image-to-image"] },
  }),
  picture({
    id: "gpt-image-1",
    owner: "openai",
    endpoints: ["fal-ai/gpt-image-1/text-to-image", "fal-ai/gpt-image-1.5"],
    with: { edit: ["fal-ai/gpt-image-1/edit-image", "fal-ai/gpt-image-1.5/edit"] },
    format: "b64_json",
  }),
  picture({
    id: "gpt-image-1-mini",
    owner: "openai",
    endpoints: ["fal-ai/gpt-image-1-mini", ...GPT],
    with: { edit: ["fal-ai/gpt-image-1-mini/edit", ...GPT_EDIT] },
    format: "b64_json",
  }),
  picture({
    id: "gpt-image-1.5",
    owner: "openai",
    endpoints: GPT,
    with: { edit: GPT_EDIT },
    format: "b64_json",
  }),
  picture({
    id: "gpt-image-2",
    also: ["chatgpt-image-latest"],
    owner: "openai",
    endpoints: ["openai/gpt-image-2", ...GPT],
    with: { edit: ["openai/gpt-image-2/edit", ...GPT_EDIT] },
    format: "b64_json",
  }),
  // OpenAI's own DALL·E never was on fal: names that programs have built in, served by kin.
  picture({
    id: "dall-e-3",
    owner: "openai",
    endpoints: GPT,
    with: { edit: GPT_EDIT },
  }),
  picture({
    id: "dall-e-2",
    owner: "openai",
    endpoints: ["fal-ai/gpt-image-1-mini", ...GPT],
    with: { edit: ["fal-ai/gpt-image-1-mini/edit", ...GPT_EDIT] },
  }),
];
