/** OpenAI's speech: the request and the events (`resources/audio/speech.d.ts`). */
import { type Static, Type } from "@sinclair/typebox";
import { withoutWaiting } from "./task.ts";

const FORMATS = ["mp3", "opus", "aac", "flac", "wav", "pcm"] as const;

/** Extra parameters are kept: they reach a model's field of the same name. */
export const SpeechParams = Type.Object(
  {
    model: Type.String({
      description: "An alias from `/v1/models`, or the full id of any fal text-to-speech endpoint.",
      minLength: 1,
    }),
    input: Type.String({
      description: "What to say.",
      pattern: "\\S",
      expects: "it must be a text that is not empty",
    }),
    voice: Type.Optional(
      Type.Union([Type.String(), Type.Object({ id: Type.String() })], {
        description:
          "One of OpenAI's, which becomes the model's nearest, or one of the model's own.",
        expects: "it must be the name of a voice",
      }),
    ),
    response_format: Type.Optional(
      Type.Union(
        FORMATS.map((format) => Type.Literal(format)),
        { description: "Unasked, as the model gives it.", enum: [...FORMATS] },
      ),
    ),
    speed: Type.Optional(Type.Number({ description: "0.25 to 4, where the model has it." })),
    instructions: Type.Optional(
      Type.String({ description: "How to say it, where the model can be told." }),
    ),
    stream_format: Type.Optional(
      Type.Union([Type.Literal("audio"), Type.Literal("sse")], {
        description: "The sound itself, or events that hold it in base64.",
        enum: ["audio", "sse"],
      }),
    ),
    ...withoutWaiting,
  },
  { additionalProperties: true },
);
export type SpeechParams = Static<typeof SpeechParams>;

export const speechDelta = (audio: string) => ({ type: "speech.audio.delta" as const, audio });

/** fal counts characters, not tokens: the required figures are truly zero. */
export const speechDone = {
  type: "speech.audio.done",
  usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
} as const;
