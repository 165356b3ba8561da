/** OpenAI's edits and variations: what is said beside the pictures (`resources/images.d.ts`). */
import { type Static, Type } from "@sinclair/typebox";
import { ImageGenerateParams } from "./images.ts";
import { withoutWaiting } from "./task.ts";

const { prompt: _, ...shared } = ImageGenerateParams.properties;

/** Extra parameters are kept: they reach a model's field of the same name. */
export const ImageEditParams = Type.Object(
  {
    ...shared,
    prompt: Type.Optional(
      Type.String({
        description: "What to do with the picture. Upscalers and cut-outs need none.",
      }),
    ),
    model: Type.Optional(
      Type.String({
        description:
          "An alias from `/v1/models`, or the full id of any fal endpoint that takes pictures. " +
          "A model that draws from words alone is edited with by its editing sibling.",
        minLength: 1,
        default: undefined,
      }),
    ),
    input_fidelity: Type.Optional(
      Type.String({ description: "`low` or `high`, where the model has it." }),
    ),
  },
  { additionalProperties: true },
);
export type ImageEditParams = Static<typeof ImageEditParams>;

/** What names no picture and no answer's form is nothing to a model that varies. */
export const ImageVariationParams = Type.Object(
  {
    model: Type.Optional(
      Type.String({
        description: "An alias, or the full id of any fal endpoint that takes a picture.",
        minLength: 1,
        default: undefined,
      }),
    ),
    n: shared.n,
    size: shared.size,
    response_format: shared.response_format,
    output_format: shared.output_format,
    output_compression: shared.output_compression,
    seed: shared.seed,
    user: shared.user,
    ...withoutWaiting,
  },
  { additionalProperties: true },
);
export type ImageVariationParams = Static<typeof ImageVariationParams>;
