/** Pictures as the documentation shows them: what to ask for, and what comes back. */
import type { Examples } from "../../http/answers.ts";
import { completedEvent } from "../../openai/images.ts";

const PROMPT = "A lighthouse at dusk, oil on canvas";
const LINK = "https://v3.fal.media/files/penguin/lighthouse.png";
/** The first bytes of every PNG. */
const BASE64 = "iVBORw0KGgo…";

export const PICTURE_REQUESTS: Examples = {
  "A picture": { prompt: PROMPT },
  "A model and a ratio": { model: "flux-dev", prompt: PROMPT, size: "16:9" },
  "Three at once, in pixels": { model: "recraft-v3", prompt: PROMPT, n: 3, size: "1536x1024" },
  "As base64": { model: "flux-schnell", prompt: PROMPT, response_format: "b64_json" },
  "As a stream": { model: "gpt-image-1", prompt: PROMPT, size: "1024x1024", stream: true },
  "A model's own fields": {
    model: "fal-ai/flux/dev",
    prompt: PROMPT,
    seed: 42,
    num_inference_steps: 28,
    guidance_scale: 3.5,
  },
};

export const PICTURE_ANSWERS: Examples = {
  "A link": { created: 1789000000, model: "flux-dev", data: [{ url: LINK }] },
  Base64: { created: 1789000000, model: "flux-schnell", data: [{ b64_json: BASE64 }] },
};

const COMPLETED = completedEvent("image_generation", {
  image: { b64_json: BASE64 },
  created_at: 1789000000,
  size: "1024x1024",
  quality: "auto",
  background: "auto",
  output_format: "png",
});

export const PICTURE_EVENTS = `: keep-alive

event: ${COMPLETED.type}
data: ${JSON.stringify(COMPLETED)}
`;
