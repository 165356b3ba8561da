/** OpenAI's models: the list and one entry (`resources/models.d.ts`), with what contract 2 and OpenRouter add. */
import { type Static, Type } from "@sinclair/typebox";

const texts = (description: string) => Type.Array(Type.String(), { description });

const Pricing = Type.Object(
  {
    image: Type.Optional(Type.String({ description: "Of one picture." })),
    unit: Type.String({ description: "What fal counts: images, megapixels, seconds." }),
    unit_price: Type.String(),
    currency: Type.String(),
  },
  { description: "fal's own price, where it is known." },
);

const row = {
  id: Type.String(),
  object: Type.Literal("model"),
  created: Type.Integer(),
  owned_by: Type.String(),
  name: Type.Optional(Type.String()),
  permission: Type.Array(Type.Unknown()),
  root: Type.String(),
  parent: Type.Null(),
  modality: Type.String({ description: "What it turns into what: `text-to-image`." }),
  architecture: Type.Object({
    modality: Type.String(),
    input_modalities: texts("What it takes."),
    output_modalities: texts("What it gives."),
  }),
  supported_parameters: Type.Optional(texts("OpenAI's parameters that change anything.")),
  pricing: Type.Optional(Pricing),
  deprecated: Type.Optional(
    Type.Literal(true, { description: "fal serves it no more, or will soon not." }),
  ),
};

const ListedModel = Type.Object(row);

const Served = Type.Object({
  id: Type.String({ description: "The fal endpoint." }),
  given: Type.Optional(
    Type.String({ description: "What has to come along for it to serve: `edit`, pictures." }),
  ),
  deprecated: Type.Optional(Type.Literal(true)),
  pricing: Type.Optional(Pricing),
  parameters: Type.Record(Type.String(), Type.Array(Type.String()), {
    description: "OpenAI's parameter, and the model's own fields that it decides.",
  }),
  input_schema: Type.Unknown({ description: "JSON Schema of the endpoint's own input." }),
});

export const Model = Type.Object(
  {
    ...row,
    endpoints: Type.Array(Served, {
      description: "What serves it, best first; the later ones once fal has retired the earlier.",
    }),
  },
  { description: "A model" },
);

export const ModelList = Type.Object(
  { object: Type.Literal("list"), data: Type.Array(ListedModel) },
  { description: "The models" },
);

export const ModelQuery = Type.Object(
  {
    modality: Type.Optional(
      Type.String({
        description: "Only of this kind: what they give (`image`), or `image-to-video`.",
      }),
    ),
  },
  { additionalProperties: true },
);
export type ModelQuery = Static<typeof ModelQuery>;
