/** Reports of the books as the routes take and show them, for the documentation. */
import { Type } from "@sinclair/typebox";
import { DIMENSIONS } from "../store/usage/report.ts";

const day = (description: string) =>
  Type.Optional(Type.String({ description, examples: ["2026-08-01"] }));

/** Every value is a text here: whoever answers reads it, and says what is wrong with it. */
export const UsageParams = Type.Object(
  {
    from: day("The first day, of UTC. The month's first, where it is left out."),
    to: day("The last day. Today, where it is left out."),
    by: Type.Optional(
      Type.String({
        description: `\`call\`, or some of ${DIMENSIONS.join(", ")} between commas. A route is its path as this document has it, \`/{owner}/{app}\` for fal's own API.`,
      }),
    ),
    model: Type.Optional(
      Type.String({ description: "Only this model, as clients have named it." }),
    ),
    limit: Type.Optional(
      Type.String({ description: "Lines at most, up to 10000; 1000 by default." }),
    ),
    after: Type.Optional(Type.String({ description: "With `by=call`: the id to go on after." })),
    format: Type.Optional(Type.String({ description: "`csv`, or `json`. `Accept` says it too." })),
  },
  { additionalProperties: true },
);

export const AdminUsageParams = Type.Object(
  {
    ...UsageParams.properties,
    key: Type.Optional(Type.String({ description: "Only this client key, by its id or name." })),
  },
  { additionalProperties: true },
);

const count = Type.Integer();

export const Total = Type.Object({
  calls: count,
  failed: Type.Integer({ description: "Of these, those that came to nothing." }),
  cost_usd: Type.Number({ description: "Dollars." }),
  input_tokens: count,
  output_tokens: count,
});

export const UsageList = Type.Object(
  {
    object: Type.Literal("list"),
    from: Type.String(),
    to: Type.String(),
    data: Type.Array(Type.Object({}, { additionalProperties: true })),
    total: Total,
    has_more: Type.Boolean(),
  },
  { description: "What calls have cost" },
);

export const OwnUsage = Type.Object(
  {
    ...UsageList.properties,
    budget: Type.Union([
      Type.Null(),
      Type.Object({
        limit_usd: Type.Number(),
        period: Type.String(),
        spent_usd: Type.Number(),
        resets_at: Type.Union([Type.String(), Type.Null()]),
      }),
    ]),
  },
  { description: "What the key has spent" },
);
