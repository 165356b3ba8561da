/** OpenAI's pictures: the request, the answer and the stream events (`resources/images.d.ts`). */
import { type Static, Type } from "@sinclair/typebox";
import { withoutWaiting } from "./task.ts";

const text = (description: string) => Type.Optional(Type.String({ description }));

/** Extra parameters are kept: they reach a model's field of the same name. */
export const ImageGenerateParams = Type.Object(
  {
    prompt: Type.String({
      description: "What the picture shows.",
      pattern: "\\S",
      expects: "it must be a text that is not empty",
    }),
    model: Type.Optional(
      Type.String({
        description:
          "An alias from `/v1/models`, or the full id of any fal text-to-image endpoint.",
        minLength: 1,
        default: undefined,
      }),
    ),
    n: Type.Optional(
      Type.Integer({
        description: "How many pictures.",
        minimum: 1,
        maximum: 10,
        expects: "it must be a whole number from 1 to 10",
      }),
    ),
    size: text("Pixels (`1024x1536`), a ratio (`16:9`) or `auto`."),
    quality: text("`low`, `medium`, `high`, `auto`, `standard` or `hd`, where the model has it."),
    response_format: Type.Optional(
      Type.Union([Type.Literal("url"), Type.Literal("b64_json")], {
        description: "A link, or the picture itself.",
        enum: ["url", "b64_json"],
      }),
    ),
    output_format: text("`png`, `jpeg` or `webp`, where the model has it."),
    output_compression: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    background: text("`transparent`, `opaque` or `auto`, where the model has it."),
    moderation: text("`low` or `auto`."),
    style: text("A style of the model's own."),
    seed: Type.Optional(Type.Integer({ description: "The same seed draws the same picture." })),
    negative_prompt: text("What the picture must not show, where the model has it."),
    stream: Type.Optional(Type.Boolean({ description: "Answer with server-sent events." })),
    partial_images: Type.Optional(
      Type.Integer({
        description:
          "With `stream`: how many times a single growing picture is shown at the most. Models that give finished pictures only, which are most, show none.",
        minimum: 0,
        maximum: 3,
      }),
    ),
    user: text("Accepted and ignored."),
    ...withoutWaiting,
  },
  {
    additionalProperties: true,
    examples: [
      { model: "imagen4-preview", prompt: "A lighthouse at dusk, oil on canvas", size: "16:9" },
    ],
  },
);
export type ImageGenerateParams = Static<typeof ImageGenerateParams>;

/** One picture: a link or its base64, never both. */
export const Image = Type.Object({
  url: Type.Optional(Type.String()),
  b64_json: Type.Optional(Type.String()),
  revised_prompt: Type.Optional(Type.String()),
});
export type Image = Static<typeof Image>;

export const ImagesResponse = Type.Object(
  {
    created: Type.Integer({ description: "Unix time in seconds." }),
    data: Type.Array(Image),
    model: Type.String({ description: "The model as it was asked for." }),
    size: Type.Optional(Type.String()),
    output_format: Type.Optional(Type.String()),
  },
  { description: "The pictures" },
);
export type ImagesResponse = Static<typeof ImagesResponse>;

/** Which stream it is: `image_generation.completed`, `image_edit.completed`. */
export type ImageStream = "image_generation" | "image_edit";

/** What every picture event says; all of it is required by OpenAI's schema. */
export interface PictureEvent {
  /** A link or base64, as asked for. */
  image: { url: string } | { b64_json: string };
  created_at: number;
  size: string;
  quality: string;
  background: string;
  output_format: string;
}

/** fal counts pictures, not tokens: the required figures are truly zero. */
const NO_TOKENS = {
  total_tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
};

export function completedEvent(stream: ImageStream, { image, ...rest }: PictureEvent) {
  return { type: `${stream}.completed`, ...image, ...rest, usage: NO_TOKENS };
}

export function partialEvent(stream: ImageStream, index: number, { image, ...rest }: PictureEvent) {
  return { type: `${stream}.partial_image`, ...image, partial_image_index: index, ...rest };
}
