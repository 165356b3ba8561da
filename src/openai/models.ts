/** OpenAI's models: the list and one entry (`resources/models.d.ts`), with what contract 2 adds. */
import { Type } from "@sinclair/typebox";

export const Model = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("model"),
    created: Type.Integer(),
    owned_by: Type.String(),
    name: Type.Optional(Type.String()),
    permission: Type.Array(Type.Unknown()),
    root: Type.String(),
    parent: Type.Null(),
  },
  { description: "A model" },
);

export const ModelList = Type.Object(
  { object: Type.Literal("list"), data: Type.Array(Model) },
  { description: "The models" },
);
