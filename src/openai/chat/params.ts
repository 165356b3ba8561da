/** The schema of a chat request: what falgate itself reads; all else passes on as it came. */
import { type Static, Type } from "@sinclair/typebox";

const Message = Type.Object(
  {
    role: Type.String({ description: "`system`, `developer`, `user`, `assistant` or `tool`." }),
    content: Type.Optional(
      Type.Unknown({
        description: "A text, or parts: `text`, `image_url`, `input_audio`, `file`.",
      }),
    ),
  },
  { additionalProperties: true },
);

export const ChatCompletionParams = Type.Object(
  {
    model: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
        description:
          "A language model (`gpt-4o`, `anthropic/claude-sonnet-4`, any `vendor/model`), or an image or video model, which then draws. Without one, `imagen4-preview` draws.",
        expects: "it must be the name of a model",
      }),
    ),
    messages: Type.Array(Message, {
      minItems: 1,
      description: "The conversation.",
      expects: "it must be a list of at least one message",
    }),
    stream: Type.Optional(
      Type.Union([Type.Boolean(), Type.Null()], {
        description: "Answer with server-sent events.",
        expects: "it must be true or false",
      }),
    ),
    stream_options: Type.Optional(
      Type.Unknown({ description: "`include_usage` asks for a last chunk with the usage." }),
    ),
    size: Type.Optional(
      Type.Unknown({
        description: "For a model that draws: pixels or a ratio. It wins over a size in the text.",
      }),
    ),
    n: Type.Optional(Type.Unknown({ description: "For a model that draws: 1 to 10 pictures." })),
    modalities: Type.Optional(
      Type.Unknown({
        description:
          'For a model that draws: `["image"]` puts the pictures into `message.images`, as OpenRouter does.',
      }),
    ),
  },
  {
    additionalProperties: true,
    examples: [
      {
        model: "openai/gpt-4o-mini",
        messages: [{ role: "user", content: "Say hello in three languages." }],
      },
    ],
  },
);
export type ChatCompletionParams = Static<typeof ChatCompletionParams>;

export const ChatCompletionAnswer = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("chat.completion"),
    created: Type.Integer({ description: "Unix time in seconds." }),
    model: Type.String(),
    choices: Type.Array(
      Type.Object({
        index: Type.Integer(),
        finish_reason: Type.String(),
        logprobs: Type.Unknown(),
        message: Type.Object({
          role: Type.Literal("assistant"),
          content: Type.Union([Type.String(), Type.Null()]),
          refusal: Type.Union([Type.String(), Type.Null()]),
        }),
      }),
    ),
    usage: Type.Optional(
      Type.Object({
        prompt_tokens: Type.Integer(),
        completion_tokens: Type.Integer(),
        total_tokens: Type.Integer(),
      }),
    ),
  },
  { description: "The answer; with `stream: true`, the same in chunks" },
);
