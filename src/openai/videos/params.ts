/** What OpenAI's video routes are asked (`resources/videos.d.ts`), with the words of fal's models beside it. */
import { type Static, Type } from "@sinclair/typebox";
import { callbackUrl } from "../task.ts";

const text = (description: string) => Type.Optional(Type.String({ description }));
const prompt = (description: string) => Type.Optional(Type.String({ description }));

/** Extra parameters are kept: they reach a model's field of the same name. */
export const VideoCreateParams = Type.Object(
  {
    prompt: prompt("What to film. Models that only change a video may need none."),
    model: Type.Optional(
      Type.String({
        description:
          "An alias from `/v1/models`, or the full id of any fal endpoint that makes videos.",
        minLength: 1,
        default: undefined,
      }),
    ),
    seconds: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description:
          "How long. OpenAI's own 4, 8 and 12 become the nearest that the model has; anything else must be a length of the model's.",
      }),
    ),
    duration: Type.Optional(
      Type.Union([Type.String(), Type.Number()], { description: "Another name of `seconds`." }),
    ),
    size: text("Pixels such as `1280x720`, or `720p`: the nearest shape and resolution it has."),
    aspect_ratio: text("A ratio of the model's, such as `16:9`."),
    resolution: text("A resolution of the model's, such as `1080p`."),
    negative_prompt: text("What the video must not show, where the model has it."),
    seed: Type.Optional(Type.Integer({ description: "Where the model has it." })),
    generate_audio: Type.Optional(Type.Boolean({ description: "Where the model has it." })),
    enhance_prompt: Type.Optional(Type.Boolean({ description: "Where the model has it." })),
    video: text("A link to a video to change, for models that take one."),
    audio: text("A link to a sound to move to, for models that take one."),
    callback_url: callbackUrl,
  },
  { additionalProperties: true },
);
export type VideoCreateParams = Static<typeof VideoCreateParams>;

export const VideoRemixParams = Type.Object(
  {
    prompt: Type.String({
      description: "What to film now.",
      pattern: "\\S",
      expects: "it must be a text that is not empty",
    }),
    callback_url: callbackUrl,
  },
  { additionalProperties: true },
);
export type VideoRemixParams = Static<typeof VideoRemixParams>;

/** OpenAI's lengths: clients know no others, so each becomes the nearest that a model has. */
const LENGTHS: ReadonlySet<string> = new Set(["4", "8", "12", "16", "20"]);

export const isOpenAILength = (seconds: string | number | undefined) =>
  LENGTHS.has(String(seconds));

export const VARIANTS = ["video", "thumbnail", "spritesheet"] as const;
export type Variant = (typeof VARIANTS)[number];

export const VideoContentQuery = Type.Object(
  {
    variant: Type.Optional(
      Type.Unsafe<Variant>(
        Type.Union(
          VARIANTS.map((word) => Type.Literal(word)),
          { description: "What of it: the video unless it says otherwise.", enum: [...VARIANTS] },
        ),
      ),
    ),
  },
  { additionalProperties: true },
);
