/** fal's name for what a model does: what it works from, and what it makes. */
import type { Model } from "./schema.ts";

export function categoryOf({ input, output }: Model): string {
  const names = Object.keys(input);
  const from = names.some((name) => /^(video_urls?)$/.test(name))
    ? "video"
    : names.some((name) => /image_url|_frame_url/.test(name))
      ? "image"
      : names.includes("audio_url")
        ? "audio"
        : "text";
  switch (output) {
    case "images":
    case "image":
      return `${from}-to-image`;
    case "video":
    case "videos":
      return `${from}-to-video`;
    case "audio":
      return names.includes("text") ? "text-to-speech" : `${from}-to-audio`;
    case "text":
      return from === "audio" ? "speech-to-text" : "vision";
    case "mesh":
      return `${from}-to-3d`;
    case "llm":
    case "openai":
      return "llm";
    default:
      return `${from}-to-json`;
  }
}
