/** Models as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const FLUX = {
  id: "flux-dev",
  object: "model",
  created: 1677609600,
  owned_by: "fal-ai",
  permission: [],
  root: "flux-dev",
  parent: null,
  name: "FLUX.1 dev",
  modality: "text-to-image",
  architecture: {
    modality: "text+image->image",
    input_modalities: ["text", "image"],
    output_modalities: ["image"],
  },
  supported_parameters: ["prompt", "n", "size", "output_format", "seed", "image"],
  pricing: { unit: "megapixels", unit_price: "0.025", currency: "USD" },
};

const SERVED = {
  id: "fal-ai/flux/dev",
  pricing: FLUX.pricing,
  parameters: { prompt: ["prompt"], n: ["num_images"], size: ["image_size"], seed: ["seed"] },
  input_schema: {
    type: "object",
    properties: {
      prompt: { type: "string" },
      num_images: { type: "integer" },
      seed: { type: "integer" },
    },
    required: ["prompt"],
  },
};

export const MODEL: Examples = { "An alias": { ...FLUX, endpoints: [SERVED] } };
export const MODEL_LIST: Examples = { "The beginning": { object: "list", data: [FLUX] } };
