/** The schema of a response, for the documentation. */
import { Type } from "@sinclair/typebox";

export const ResponseAnswer = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("response"),
    created_at: Type.Number({ description: "Unix time in seconds." }),
    status: Type.String({ description: "`completed`, `incomplete` or `failed`." }),
    model: Type.String(),
    output: Type.Array(Type.Unknown(), { description: "Messages, reasoning and tool calls." }),
    usage: Type.Optional(
      Type.Object({
        input_tokens: Type.Integer(),
        output_tokens: Type.Integer(),
        total_tokens: Type.Integer(),
      }),
    ),
  },
  { description: "The response; with `stream: true`, its events" },
);
