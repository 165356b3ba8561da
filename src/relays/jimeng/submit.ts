/** The Jimeng relay's request: `POST /jimeng/submit/videos`. */
import { type Static, Type } from "@sinclair/typebox";
import { Callback, callback, Prompt, type Wanted } from "../fields.ts";

const RATIOS = ["1:1", "21:9", "16:9", "9:16", "4:3", "3:4"] as const;

/** Extra parameters are kept: they reach a model's field of the same name. */
export const JimengSubmitParams = Type.Object(
  {
    prompt: Prompt,
    image_url: Type.Optional(
      Type.String({
        description: "The first frame, as a URL, a data URL or base64. The video takes its shape.",
        expects: "it must be a picture: a URL, a data URL or base64",
      }),
    ),
    // Some clients write the figures as text.
    duration: Type.Union(
      [Type.Literal(5), Type.Literal(10), Type.Literal("5"), Type.Literal("10")],
      { description: "Seconds.", expects: "it must be 5 or 10" },
    ),
    aspect_ratio: Type.Union(
      RATIOS.map((ratio) => Type.Literal(ratio)),
      { description: "The shape of a video without `image_url`.", enum: [...RATIOS] },
    ),
    cfg_scale: Type.Number({
      description:
        "How closely to follow the prompt. Of use only to models that have such a field.",
      expects: "it must be a number, such as 0.5",
    }),
    ...Callback,
  },
  { additionalProperties: true },
);
export type JimengSubmitParams = Static<typeof JimengSubmitParams>;

/** `model`: what Jimeng's videos are filmed with. */
export function wanted(params: JimengSubmitParams, model: string): Wanted {
  const { prompt, image_url, duration, aspect_ratio, ...rest } = params;
  const { callback_url, notify_hook, ...extra } = rest;
  // With a first frame the ratio is the frame's: another one would cut into it.
  const shape = image_url ? { images: [image_url], imagesParam: "image_url" } : { aspect_ratio };
  return {
    kind: "video",
    model,
    request: { prompt, duration, ...shape, extra },
    ...callback({ callback_url, notify_hook }),
  };
}
