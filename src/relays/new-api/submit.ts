/** new-api's request: `POST /v1/video/generations` (QuantumNous/new-api, `dto/video.go`). */
import { type Static, Type } from "@sinclair/typebox";
import { invalidRequest } from "../../openai/error.ts";
import { Callback, callback, Model, Picture, Prompt, type Wanted } from "../fields.ts";

const figure = (description: string) =>
  Type.Optional(Type.Integer({ description, minimum: 0, expects: "it must be a whole number" }));

/** Extra parameters are kept: they reach a model's field of the same name. */
export const VideoGenerateParams = Type.Object(
  {
    model: Model,
    prompt: Prompt,
    image: Type.Optional(Picture),
    images: Type.Optional(
      Type.Array(Picture, {
        description: "Several pictures, as URLs, data URLs or base64.",
        expects: "it must be a list of pictures: URLs, data URLs or base64",
      }),
    ),
    duration: Type.Optional(
      Type.Union([Type.Number(), Type.String()], {
        description: "Seconds, of the lengths that the model has.",
        expects: "it must be seconds, such as 8",
      }),
    ),
    size: Type.Optional(Type.String({ description: "`1280x720`, `720P` or `16:9`." })),
    width: figure("Pixels; with `height` another way to say `size`."),
    height: figure("Pixels."),
    fps: figure("Pictures a second, where the model has a choice."),
    seed: figure("The same seed films the same video."),
    n: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1,
        expects: "it must be 1: each video is a task of its own",
      }),
    ),
    // As an object, a text would be taken apart into its letters before it is checked.
    metadata: Type.Optional(
      Type.Unknown({
        description: "An object: a model's own parameters, such as `negative_prompt`.",
      }),
    ),
    ...Callback,
  },
  { additionalProperties: true },
);
export type VideoGenerateParams = Static<typeof VideoGenerateParams>;

/** Clients in Go send 0 for what is left out. */
const given = <T>(value: T | undefined): T | null => (value === 0 ? null : (value ?? null));

export function wanted(params: VideoGenerateParams): Wanted {
  const { model, prompt, image, images, duration, size, width, height, ...rest } = params;
  const { fps, seed, n: _, metadata, callback_url, notify_hook, ...extra } = rest;
  const pictures =
    images === undefined && image !== undefined
      ? { images: [image], imagesParam: "image" }
      : { images: images ?? null, imagesParam: "images" };
  return {
    kind: "video",
    model,
    request: {
      prompt,
      ...pictures,
      duration: given(duration),
      size: size ?? (width && height ? `${width}x${height}` : null),
      fps: given(fps),
      seed: given(seed),
      extra: { ...extra, ...fieldsOf(metadata) },
    },
    ...callback({ callback_url, notify_hook }),
  };
}

function fieldsOf(metadata: unknown): object {
  if (metadata === undefined || metadata === null) return {};
  if (typeof metadata === "object" && !Array.isArray(metadata)) return metadata;
  throw invalidRequest("Invalid value for 'metadata': it must be an object.", "metadata");
}
