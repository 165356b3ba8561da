/** OpenAI's videos as the documentation shows them. */
import type { TObject } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import type { Examples } from "../../http/answers.ts";
import { VideoCreateParams, VideoRemixParams } from "../../openai/videos/params.ts";
import { videoDeleted, videoList } from "../../openai/videos/video.ts";

const PROMPT = "The keeper lights the lamp at dusk, seen from the sea";
const LINK = "https://v3.fal.media/files/penguin/lighthouse.mp4";
/** One pixel: a link would have to lead somewhere. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

type Body = DocumentDecoration["requestBody"];

const named = (examples: Examples) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));

const linked = {
  type: "object",
  properties: {
    image_url: { type: "string", description: "A link, or a data URL in base64." },
  },
  required: ["image_url"],
};

const { properties } = VideoCreateParams as TObject;
const REFERENCE = "What the video begins with; several where the model takes them.";

export const CREATE_BODY = {
  required: true,
  content: {
    "multipart/form-data": {
      schema: {
        type: "object",
        properties: {
          input_reference: { type: "string", format: "binary", description: REFERENCE },
          ...properties,
        },
      },
      example: { model: "sora-2", prompt: PROMPT, seconds: "8", size: "1280x720" },
    },
    "application/json": {
      schema: {
        type: "object",
        properties: { input_reference: { ...linked, description: REFERENCE }, ...properties },
      },
      examples: named({
        "From words": { model: "sora-2", prompt: PROMPT, seconds: "8", size: "1280x720" },
        "From a picture": {
          model: "veo3.1-fast",
          prompt: PROMPT,
          input_reference: { image_url: PICTURE },
        },
        "A model's own words": {
          model: "fal-ai/kling-video/v2.5-turbo/pro/text-to-video",
          prompt: PROMPT,
          seconds: 5,
          aspect_ratio: "1:1",
          cfg_scale: 0.5,
        },
      }),
    },
  },
} as Body;

export const REMIX_BODY = {
  required: true,
  content: {
    "application/json": {
      schema: {
        type: "object",
        properties: VideoRemixParams.properties,
        required: ["prompt"],
      },
      examples: named({ "Other words": { prompt: "The same, in a storm" } }),
    },
  },
} as Body;

const BEGUN = {
  id: "video_5f0c1f6de4a94f0fb7a3f1f4a1c9e2d0",
  object: "video",
  model: "sora-2",
  status: "queued",
  progress: 0,
  created_at: 1789000000,
  completed_at: null,
  expires_at: null,
  error: null,
  prompt: PROMPT,
  remixed_from_video_id: null,
  seconds: "8",
  size: "1280x720",
} as const;

const DONE = {
  ...BEGUN,
  status: "completed",
  progress: 100,
  completed_at: 1789000074,
  expires_at: 1789604874,
  url: LINK,
} as const;

const FAILED = {
  ...BEGUN,
  status: "failed",
  progress: 12,
  completed_at: 1789000021,
  expires_at: 1789604821,
  error: {
    code: "content_policy_violation",
    message: "The request was refused by the model's content policy.",
    param: null,
    type: "invalid_request_error",
  },
} as const;

export const VIDEO_CREATED: Examples = { Begun: BEGUN };

export const VIDEOS: Examples = {
  Completed: DONE,
  "Under way": { ...BEGUN, status: "in_progress", progress: 34 },
  Failed: FAILED,
};

export const VIDEO_PAGE: Examples = { "A page": videoList([DONE, FAILED], false) };

export const VIDEO_DELETED: Examples = { Deleted: videoDeleted(BEGUN.id) };

/** The first bytes of a file of that kind. */
const bytes = (begins: string) => ({
  schema: { type: "string" as const, format: "binary" },
  examples: { "The beginning of the file": { value: begins } },
});

export const VIDEO_CONTENT = {
  200: {
    description: "The file",
    content: { "video/mp4": bytes("ftypisom…"), "image/png": bytes("PNG…") },
  },
  206: { description: "A part of it", content: { "video/mp4": bytes("ftypisom…") } },
  416: { description: "It has no such part" },
};
