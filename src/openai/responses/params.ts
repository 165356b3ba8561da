/** What a client asks of `POST /v1/responses` (`ResponseCreateParams` in `resources/responses`). */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

/** null is absent, as OpenAI's clients send it. `expects` ends the sentence of an error. */
const maybe = <Schema extends TSchema>(schema: Schema, expects: string) =>
  Type.Optional(
    Type.Union([schema, Type.Null()], {
      description: schema.description,
      expects: `it must be ${expects}`,
    }),
  );

const text = (description: string) => maybe(Type.String({ description }), "a text");
const flag = (description: string) => maybe(Type.Boolean({ description }), "true or false");
const count = (description: string, minimum: number) =>
  maybe(Type.Integer({ description, minimum }), `a whole number, at least ${minimum}`);

/** An object whose fields are read one by one where they are translated, with their path in each error. */
const open = (fields: Record<string, TSchema>, description: string) =>
  Type.Unsafe<Record<string, unknown>>(
    Type.Object(fields, { description, additionalProperties: true }),
  );

const item = open(
  {
    type: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  "`message` (the type may be left out), `function_call`, `function_call_output`, " +
    "`custom_tool_call`, `custom_tool_call_output` or `reasoning`, which is not read.",
);

const tool = open({ type: Type.String() }, "`function` or `custom`.");

/** Extra parameters are kept: what chat completions know as well (`seed`, `stop`, …) reaches the model. */
export const ResponseCreateParams = Type.Object(
  {
    model: text("An alias from `/v1/models`, or a language model's full id."),
    input: maybe(
      Type.Union([Type.String(), Type.Array(item)], {
        description: "A text, or the items of a conversation, oldest first.",
      }),
      "a text or a list of items",
    ),
    instructions: text("Goes before the conversation, as the system's message."),
    stream: flag("Answer with server-sent events."),
    tools: maybe(
      Type.Array(tool, { description: "What the model may call. Only `function` and `custom`." }),
      "a list of tools",
    ),
    tool_choice: maybe(
      Type.Union([Type.String(), open({ type: Type.String() }, "One tool, or `allowed_tools`.")], {
        description: "`auto`, `none`, `required`, or one tool.",
      }),
      "a text or an object with a type",
    ),
    parallel_tool_calls: flag("Whether the model may call several tools at once."),
    max_output_tokens: count("The longest answer, in tokens.", 1),
    temperature: maybe(Type.Number({ minimum: 0, maximum: 2 }), "a number from 0 to 2"),
    top_p: maybe(Type.Number({ minimum: 0, maximum: 1 }), "a number from 0 to 1"),
    top_logprobs: count("How many likely tokens to tell at each position.", 0),
    text: maybe(
      open({}, "`format` (`text`, `json_object` or `json_schema`) and `verbosity`."),
      "an object",
    ),
    reasoning: maybe(
      open({}, "`effort`, and what OpenRouter adds: `max_tokens`, `exclude`."),
      "an object",
    ),
    include: maybe(
      Type.Array(Type.String(), {
        description: "`message.output_text.logprobs` is heeded, the rest is accepted.",
      }),
      "a list of texts",
    ),
    metadata: maybe(open({}, "Echoed in the answer."), "an object"),
    service_tier: text("Passed on."),
    user: text("Passed on."),
    truncation: text("Accepted. Nothing is cut out of a conversation here."),
    store: flag("Accepted. Nothing is stored: the answer says `store: false`."),
    background: flag("Only `false`: an answer is given on the call that asked for it."),
    previous_response_id: text("Refused: nothing is stored. Send the earlier items in `input`."),
    conversation: maybe(
      Type.Union([Type.String(), open({}, "")], {
        description: "Refused: nothing is stored. Send the earlier items in `input`.",
      }),
      "a text or an object",
    ),
    prompt: maybe(
      open({}, "Refused: no templates are stored. Send `instructions` and `input`."),
      "an object",
    ),
  },
  {
    additionalProperties: true,
    examples: [
      {
        model: "gpt-4o-mini",
        instructions: "Answer in one sentence.",
        input: "Why is the sky blue?",
      },
    ],
  },
);
export type ResponseCreateParams = Static<typeof ResponseCreateParams>;
