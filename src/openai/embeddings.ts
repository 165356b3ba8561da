/** OpenAI's embeddings: what falgate reads of them (`resources/embeddings.d.ts`); the rest passes on. */
import { type Static, Type } from "@sinclair/typebox";

export const EmbeddingParams = Type.Object(
  {
    model: Type.String({
      description: "An embedding model: `text-embedding-3-small`, or any `vendor/model`.",
      minLength: 1,
      expects: "it must be the name of a model",
    }),
    input: Type.Union(
      [Type.String({ minLength: 1 }), Type.Array(Type.Unknown(), { minItems: 1 })],
      {
        description: "A text, or a list of texts or of token lists.",
        expects: "it must be a text or a list of at least one",
      },
    ),
    encoding_format: Type.Optional(Type.Unknown({ description: "`float` or `base64`." })),
    dimensions: Type.Optional(Type.Unknown({ description: "Length of the vectors." })),
  },
  {
    additionalProperties: true,
    examples: [{ model: "text-embedding-3-small", input: ["A lighthouse at dusk"] }],
  },
);
export type EmbeddingParams = Static<typeof EmbeddingParams>;

export const EmbeddingList = Type.Object(
  {
    object: Type.Literal("list"),
    data: Type.Array(
      Type.Object({
        object: Type.Literal("embedding"),
        index: Type.Integer(),
        embedding: Type.Unknown({ description: "Numbers, or their base64." }),
      }),
    ),
    model: Type.String(),
    usage: Type.Object({ prompt_tokens: Type.Integer(), total_tokens: Type.Integer() }),
  },
  { description: "The vectors" },
);
