/** Which paths speak fal. */

/** First segments that are falgate's own; everything else may be an owner at fal. */
const OWN = new Set([
  ...["v1", "swagger", "healthz", "readyz", "metrics", "admin", "files", "console"],
  ...["models", "images", "chat", "responses", "embeddings", "audio", "video", "videos", "tasks"],
  ...["usage", "dashboard"],
  ...["jimeng", "webhooks", ".well-known", ""],
]);

/** Whether a path speaks fal: by its prefix, or because it begins with an owner. */
export function isNative(path: string): boolean {
  const end = path.indexOf("/", 1);
  return end > 0 && !OWN.has(path.slice(1, end));
}
