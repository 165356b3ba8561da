/** The video relays as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const PROMPT = "The keeper lights the lamp at dusk, seen from the sea";
/** A link would do as well, and would have to lead somewhere. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const VIDEO = "https://fal.media/files/lion/lighthouse.mp4";

export const VEO_REQUESTS: Examples = {
  "From words": { model: "veo3.1-fast", prompt: PROMPT, aspect_ratio: "16:9" },
  "In English, and enlarged": {
    model: "veo3",
    prompt: "灯塔守护人在黄昏点亮灯火",
    enhance_prompt: true,
    enable_upsample: true,
  },
  "From a first and a last frame": {
    model: "veo3-fast-frames",
    prompt: PROMPT,
    images: [PICTURE, PICTURE],
  },
  "With material": { model: "veo3.1-components", prompt: PROMPT, images: [PICTURE] },
  Jimeng: { model: "jimeng-video-3.0", prompt: PROMPT, aspect_ratio: "3:2", size: "720P" },
};

const VEO = { id: "veo3-fast-frames:1757555257-PORrVn9sa9", status_update_time: 1757555257582 };

export const VEO_CREATED: Examples = {
  Created: { ...VEO, status: "pending" },
};

export const VEO_QUERIED: Examples = {
  Generating: {
    ...{ ...VEO, status: "video_generating", video_url: null, enhanced_prompt: PROMPT },
  },
  Completed: { ...VEO, status: "completed", video_url: VIDEO, enhanced_prompt: PROMPT },
  Failed: {
    ...{ ...VEO, status: "video_generation_failed", video_url: null, enhanced_prompt: PROMPT },
    error: {
      message: "The request was refused by the model's content policy.",
      type: "invalid_request_error",
      param: null,
      code: "content_policy_violation",
    },
  },
};

export const JIMENG_REQUESTS: Examples = {
  "From words": { prompt: PROMPT, duration: 5, aspect_ratio: "21:9", cfg_scale: 0.5 },
  "From a picture": {
    prompt: PROMPT,
    image_url: PICTURE,
    duration: 10,
    aspect_ratio: "16:9",
    cfg_scale: 0.5,
  },
};

const CGT = "cgt-20250829165122-qkwch";

export const JIMENG_SUBMITTED: Examples = {
  Submitted: { code: "success", message: "", data: CGT },
};

const jimeng = (status: string, progress: string, video: string, fail_reason = "") => ({
  code: "success",
  message: "",
  data: { task_id: CGT, status, fail_reason, progress, data: { video, status } },
});

export const JIMENG_FETCHED: Examples = {
  "Under way": jimeng("IN_PROGRESS", "42%", ""),
  Finished: jimeng("SUCCESS", "100%", VIDEO),
  Failed: jimeng("FAILURE", "42%", "", "The model took too long."),
};

export const NEW_API_REQUESTS: Examples = {
  "From words": { model: "veo3.1-fast", prompt: PROMPT, duration: 8, width: 1280, height: 720 },
  "From a picture": {
    model: "veo3.1-fast",
    prompt: PROMPT,
    image: PICTURE,
    metadata: { negative_prompt: "people" },
  },
};

const ID = "task_4vJ9wQ2mZr8kX0bTn6yLcHs3DfGpA7eU";

export const NEW_API_SUBMITTED: Examples = {
  Submitted: {
    ...{ id: ID, task_id: ID, object: "video", model: "veo3.1-fast", status: "queued" },
    ...{ progress: 0, created_at: 1789000000 },
  },
};

export const NEW_API_FETCHED: Examples = {
  Finished: {
    ...{ task_id: ID, status: "succeeded", url: VIDEO, format: "mp4" },
    metadata: { duration: 8, width: 1280, height: 720 },
    ...{ error: null, code: "success", message: "" },
    data: {
      ...{ task_id: ID, status: "SUCCESS", fail_reason: "", result_url: VIDEO, progress: "100%" },
      ...{ submit_time: 1789000000, finish_time: 1789000071 },
    },
  },
};
