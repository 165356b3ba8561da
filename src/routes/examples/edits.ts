/** Edits and variations as the documentation shows them: a form with files, or JSON with links. */
import type { TObject } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import { ImageEditParams, ImageVariationParams } from "../../openai/edits.ts";
import { completedEvent } from "../../openai/images.ts";

const LINK = "https://v3.fal.media/files/penguin/lighthouse.png";
const PICTURE = "A PNG, JPEG or WebP; other kinds where the model reads them.";
const PROMPT = "Make it winter";

const file = (description: string) => ({ type: "string", format: "binary", description });

const MASK = "Transparent where the picture is to be changed. For models that take one.";

const linked = {
  type: "object",
  properties: { image_url: { type: "string", description: "A link, or a data URL in base64." } },
  required: ["image_url"],
};

/** A form, and the same in JSON. */
function body(
  { properties }: TObject,
  files: Record<string, object>,
  links: Record<string, object>,
  example: Record<string, unknown>,
  json: Record<string, Record<string, unknown>>,
) {
  const schema = (own: Record<string, object>) => ({
    type: "object" as const,
    properties: { ...own, ...properties },
    required: [Object.keys(own)[0]!],
  });
  const examples = Object.entries(json).map(([name, value]) => [name, { value }]);
  return {
    required: true,
    content: {
      "multipart/form-data": { schema: schema(files), example },
      "application/json": { schema: schema(links), examples: Object.fromEntries(examples) },
    },
  } as DocumentDecoration["requestBody"];
}

export const EDIT_BODY = body(
  ImageEditParams,
  {
    image: {
      type: "array",
      items: { type: "string", format: "binary" },
      description: `${PICTURE} Several as \`image[]\`.`,
    },
    mask: file(MASK),
  },
  { images: { type: "array", items: linked }, mask: { ...linked, description: MASK } },
  { model: "nano-banana", prompt: PROMPT },
  {
    "A picture by its link": {
      model: "nano-banana",
      prompt: PROMPT,
      images: [{ image_url: LINK }],
    },
    "Two pictures": {
      model: "seedream-4.5",
      prompt: "Put the boat before the lighthouse",
      images: [{ image_url: LINK }, { image_url: "https://v3.fal.media/files/penguin/boat.png" }],
      size: "16:9",
    },
    "An upscaler": { model: "fal-ai/clarity-upscaler", images: [{ image_url: LINK }] },
    "A mask, as a stream": {
      model: "gpt-image-1",
      prompt: "A flock of gulls",
      images: [{ image_url: LINK }],
      mask: { image_url: "https://v3.fal.media/files/penguin/sky.png" },
      stream: true,
    },
  },
);

export const VARIATION_BODY = body(
  ImageVariationParams,
  { image: file(PICTURE) },
  { image: { type: "string", description: "A link, or a data URL in base64." } },
  { model: "flux-dev" },
  { "Two like it": { model: "flux-dev", image: LINK, n: 2 } },
);

const COMPLETED = completedEvent("image_edit", {
  image: { b64_json: "iVBORw0KGgo…" },
  created_at: 1789000000,
  size: "1024x1024",
  quality: "auto",
  background: "auto",
  output_format: "png",
});

export const EDIT_EVENTS = `: keep-alive

event: ${COMPLETED.type}
data: ${JSON.stringify(COMPLETED)}
`;
