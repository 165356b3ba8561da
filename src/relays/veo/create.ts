/** The VEO relay's request: `POST /v1/video/create`, which serves Jimeng's model too. */
import { type Static, Type } from "@sinclair/typebox";
import {
  Callback,
  callback,
  isOn,
  Model,
  Picture,
  Prompt,
  Switch,
  type Wanted,
} from "../fields.ts";

/** Extra parameters are kept: they reach a model's field of the same name. */
export const VideoCreateParams = Type.Object(
  {
    model: Model,
    prompt: Prompt,
    images: Type.Optional(
      Type.Array(Picture, {
        description:
          "Pictures as URLs, data URLs or base64: the first frame, the first and the last, or material to compose the video from. How many there may be depends on the model.",
        expects: "it must be a list of pictures: URLs, data URLs or base64",
      }),
    ),
    enhance_prompt: Switch(
      "Put the prompt into English first: by the model itself where it can, else by a small language model. The query tells what became of it in `enhanced_prompt`.",
    ),
    enable_upsample: Switch(
      "Enlarge the finished video in a second stage. Where that fails, the first stage's video is handed out.",
    ),
    aspect_ratio: Type.Optional(
      Type.String({ description: "`16:9` or `9:16`; `jimeng-video-3.0` takes other ratios too." }),
    ),
    size: Type.Optional(
      Type.String({ description: "`720P` or `1080P`, where the model has a choice." }),
    ),
    duration: Type.Optional(
      Type.Union([Type.Number(), Type.String()], {
        description: "Seconds, of the lengths that the model has.",
        expects: "it must be seconds, such as 8",
      }),
    ),
    orientation: Type.Optional(
      Type.Union([Type.Literal("portrait"), Type.Literal("landscape")], {
        description: "Another way to say `9:16` or `16:9`.",
        enum: ["portrait", "landscape"],
      }),
    ),
    watermark: Switch("Of use only to models that can leave one."),
    ...Callback,
  },
  { additionalProperties: true },
);
export type VideoCreateParams = Static<typeof VideoCreateParams>;

/** Amounts in the words that the relays have for `sora-2`. */
const SIZES: Readonly<Record<string, string>> = { small: "720p", large: "1080p" };

export function wanted(params: VideoCreateParams): Wanted {
  const { model, prompt, images, enhance_prompt, enable_upsample, watermark, ...rest } = params;
  const { aspect_ratio, size, duration, orientation, callback_url, notify_hook, ...extra } = rest;
  const marked = watermark === undefined ? {} : { watermark: isOn(watermark) };
  return {
    kind: "video",
    model,
    request: {
      prompt,
      images: images ?? null,
      imagesParam: "images",
      aspect_ratio: aspect_ratio ?? null,
      exact: true,
      orientation: orientation ?? null,
      duration: duration ?? null,
      size: SIZES[size ?? ""] ?? size ?? null,
      extra: { ...extra, ...marked },
    },
    enhancePrompt: isOn(enhance_prompt),
    upsample: isOn(enable_upsample),
    ...callback({ callback_url, notify_hook }),
  };
}
