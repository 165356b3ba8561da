/** Client keys as the administration's routes take and show them, for the documentation. */
import { Type } from "@sinclair/typebox";
import { PERIODS } from "../accounts/limits.ts";

const count = (description: string) => Type.Integer({ minimum: 1, description });
const globs = (description: string) =>
  Type.Array(Type.String(), { minItems: 1, maxItems: 100, description });

const BUDGET = `Dollars at fal's prices and a period of UTC's calendar: ${PERIODS.join(", ")}.`;
const MODELS =
  "Globs over names and fal ids, in which `*` stands for anything, slashes too. Without them every model is allowed.";
const ROUTES = "Globs over paths. Without them every route is allowed.";

export const KeyParams = Type.Object(
  {
    name: Type.String({ description: "Whose key it is. No two keys that live have one name." }),
    rpm: Type.Optional(count("Requests in any minute.")),
    concurrency: Type.Optional(count("Requests at the same time.")),
    budget: Type.Optional(Type.String({ description: BUDGET })),
    models: Type.Optional(globs(MODELS)),
    routes: Type.Optional(globs(ROUTES)),
    expires: Type.Optional(
      Type.String({
        description: "After that time it is good no more: `90d`, `12h`, `2027-01-31`.",
      }),
    ),
    weight: Type.Optional(count("Its part of what keys share, against the others' weights.")),
  },
  { additionalProperties: false },
);

const orNull = <T extends ReturnType<typeof Type.String | typeof Type.Integer>>(schema: T) =>
  Type.Unsafe<string | number | null>({ ...schema, type: [schema.type, "null"] });
const time = (description: string) => Type.Integer({ description: `${description} Unix seconds.` });
const list = (description: string) => ({
  type: ["array", "null"],
  items: { type: "string" },
  description,
});

const shown = {
  id: Type.String(),
  object: Type.Literal("key"),
  name: Type.String(),
  prefix: Type.String({ description: "The key's beginning, to know it by." }),
  status: Type.String({ enum: ["active", "revoked", "expired"] }),
  created_at: time(""),
  expires_at: orNull(time("")),
  revoked_at: orNull(time("")),
  rpm: orNull(Type.Integer()),
  concurrency: orNull(Type.Integer()),
  budget: orNull(Type.String()),
  models: Type.Unsafe<string[] | null>(list(MODELS)),
  routes: Type.Unsafe<string[] | null>(list(ROUTES)),
  weight: Type.Integer(),
};

export const Key = Type.Object(shown, { description: "The key" });

export const NewKey = Type.Object(
  { ...shown, key: Type.String({ description: "Shown this once, and kept nowhere." }) },
  { description: "The new key" },
);

export const KeyList = Type.Object(
  { object: Type.Literal("list"), data: Type.Array(Key) },
  { description: "All there ever were, oldest first" },
);
