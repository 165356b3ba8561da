/** OpenAI's video object: where a generation stands and, at the end, that it can be fetched. */
import { type Static, Type } from "@sinclair/typebox";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** All of it but `url` is required (`resources/videos.d.ts`, `Video`). */
export const Video = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("video"),
    model: Type.String({ description: "The model as it was asked for." }),
    status: Type.Union(
      ["queued", "in_progress", "completed", "failed"].map((word) => Type.Literal(word)),
      { description: "In this order; a video ends as one of the last two." },
    ),
    progress: Type.Integer({ description: "0 to 100; it never falls." }),
    created_at: Type.Integer({ description: "Unix time in seconds." }),
    completed_at: nullable(Type.Integer()),
    expires_at: nullable(Type.Integer({ description: "When it will be forgotten here." })),
    error: nullable(
      Type.Object({
        code: Type.String(),
        message: Type.String(),
        param: nullable(Type.String()),
        type: Type.String(),
      }),
    ),
    prompt: nullable(Type.String()),
    remixed_from_video_id: nullable(Type.String()),
    seconds: Type.String({ description: "`auto` while the model has not said how long it is." }),
    size: Type.String({ description: "`auto` while the model has not said how large it is." }),
    url: Type.Optional(Type.String({ description: "A link to the video, once it is completed." })),
  },
  { description: "The video" },
);
export type Video = Omit<Static<typeof Video>, "status"> & {
  status: "queued" | "in_progress" | "completed" | "failed";
};

export const VideoList = Type.Object(
  {
    object: Type.Literal("list"),
    data: Type.Array(Video),
    first_id: nullable(Type.String()),
    last_id: nullable(Type.String({ description: "`after` of the next page." })),
    has_more: Type.Boolean(),
  },
  { description: "A page of videos" },
);

export function videoList(data: readonly Video[], hasMore: boolean) {
  const [first, last] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
  return { object: "list", data, first_id: first, last_id: last, has_more: hasMore };
}

export const VideoDeleted = Type.Object(
  { id: Type.String(), object: Type.Literal("video.deleted"), deleted: Type.Boolean() },
  { description: "It is gone" },
);

export const videoDeleted = (id: string) => ({ id, object: "video.deleted", deleted: true });
