/** Every way a generation fails on fal, as two tables: the model's own errors and those around it. */
import type { Fields } from "./call.ts";

interface ModelError {
  readonly msg: string;
  readonly status?: number;
  readonly retryable?: boolean;
  readonly ctx?: Fields;
  /** Which of these fields, the first that is there, the error is about. */
  readonly about?: readonly string[];
  /** Pydantic's own, which carry no link to fal's documentation. */
  readonly raw?: true;
}

const image = ["image_url", "image_urls", "start_image_url", "first_frame_url"];
const audio = ["audio_url"];
const video = ["video_url"];

/** Errors that the model itself reports. */
export const modelErrors: Readonly<Record<string, ModelError>> = {
  internal_server_error: { msg: "Internal server error", status: 500, retryable: true, about: [] },
  generation_timeout: {
    msg: "The generation took too long",
    status: 504,
    retryable: true,
    about: [],
  },
  downstream_service_error: { msg: "A downstream service failed", status: 400, retryable: true },
  downstream_service_unavailable: {
    msg: "A downstream service is unavailable",
    status: 500,
    retryable: true,
  },
  content_policy_violation: {
    msg: "The content could not be processed because it contained material flagged by a content checker.",
  },
  no_media_generated: { msg: "The model did not generate any media for this request." },
  image_too_small: {
    msg: "The image is too small",
    about: image,
    ctx: { min_height: 256, min_width: 256 },
  },
  image_too_large: {
    msg: "The image is too large",
    about: image,
    ctx: { max_height: 4096, max_width: 4096 },
  },
  image_aspect_ratio_error: { msg: "The image has an unsupported aspect ratio", about: image },
  image_load_error: {
    msg: "Failed to load the image. Please ensure the image file is not corrupted and is in a supported format.",
    about: image,
  },
  file_download_error: {
    msg: "Failed to download the file. Please check if the URL is accessible and try again.",
    about: [...image, ...audio, ...video],
  },
  face_detection_error: { msg: "No face could be detected in the image", about: image },
  file_too_large: {
    msg: "The file is too large",
    about: [...image, ...audio, ...video],
    ctx: { max_size: 10_485_760 },
  },
  greater_than: { msg: "Input should be greater than 0", about: ["num_images"], ctx: { gt: 0 } },
  greater_than_equal: {
    msg: "Input should be greater than or equal to 1",
    about: ["num_images"],
    ctx: { ge: 1 },
  },
  less_than: { msg: "Input should be less than 5", about: ["num_images"], ctx: { lt: 5 } },
  less_than_equal: {
    msg: "Input should be less than or equal to 4",
    about: ["num_images"],
    ctx: { le: 4 },
  },
  multiple_of: {
    msg: "Input should be a multiple of 8",
    about: ["image_size"],
    ctx: { multiple_of: 8 },
  },
  sequence_too_short: { msg: "The sequence is too short", ctx: { min_length: 1 } },
  sequence_too_long: { msg: "The sequence is too long", ctx: { max_length: 5000 } },
  one_of: {
    msg: "Input should be one of the expected values",
    about: ["aspect_ratio"],
    ctx: { expected: ["16:9", "9:16"] },
  },
  feature_not_supported: { msg: "This combination of features is not supported" },
  invalid_archive: { msg: "The archive is invalid", about: ["images_data_url"] },
  archive_file_count_below_minimum: {
    msg: "The archive holds too few files",
    about: ["images_data_url"],
    ctx: { min_count: 4 },
  },
  archive_file_count_exceeds_maximum: {
    msg: "The archive holds too many files",
    about: ["images_data_url"],
    ctx: { max_count: 1000 },
  },
  audio_duration_too_long: {
    msg: "The audio is too long",
    about: audio,
    ctx: { max_duration: 60, provided_duration: 75 },
  },
  audio_duration_too_short: {
    msg: "The audio is too short",
    about: audio,
    ctx: { min_duration: 2, provided_duration: 1 },
  },
  video_duration_too_long: {
    msg: "The video is too long",
    about: video,
    ctx: { max_duration: 60, provided_duration: 75 },
  },
  video_duration_too_short: {
    msg: "The video is too short",
    about: video,
    ctx: { min_duration: 2, provided_duration: 1 },
  },
  unsupported_audio_format: {
    msg: "The audio format is not supported",
    about: audio,
    ctx: { supported_formats: ["mp3", "wav", "ogg"] },
  },
  unsupported_image_format: {
    msg: "The image format is not supported",
    about: image,
    ctx: { supported_formats: ["jpeg", "png", "webp"] },
  },
  unsupported_video_format: {
    msg: "The video format is not supported",
    about: video,
    ctx: { supported_formats: ["mp4", "mov"] },
  },
  missing: { msg: "Field required", raw: true },
  string_type: { msg: "Input should be a valid string", raw: true },
};

interface InfrastructureError {
  readonly status: number;
  readonly msg: string;
  readonly retryable: boolean;
}

function infrastructure(status: number, msg: string, retryable = true): InfrastructureError {
  return { status, msg, retryable };
}

/** Errors of fal around the model. */
export const infrastructureErrors: Readonly<Record<string, InfrastructureError>> = {
  request_timeout: infrastructure(504, "Request timed out"),
  startup_timeout: infrastructure(504, "Runner startup timed out"),
  runner_scheduling_failure: infrastructure(503, "Failed to schedule a runner"),
  runner_connection_timeout: infrastructure(503, "Timed out connecting to the runner"),
  runner_disconnected: infrastructure(503, "The runner disconnected"),
  runner_connection_refused: infrastructure(503, "The runner refused the connection"),
  runner_connection_error: infrastructure(503, "Failed to connect to the runner"),
  runner_incomplete_response: infrastructure(502, "The runner's response was incomplete"),
  runner_server_error: infrastructure(500, "The runner failed"),
  internal_error: infrastructure(500, "Internal error"),
  client_disconnected: infrastructure(499, "Client disconnected", false),
  client_cancelled: infrastructure(499, "Client cancelled the request", false),
  bad_request: infrastructure(400, "Bad request", false),
};
