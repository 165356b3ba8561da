/** A finished video made again otherwise: itself changed where its model can, else filmed anew. */
import type { VideoRequest } from "../models/fit/video.ts";
import type { Dictionary } from "../models/resolve.ts";
import { remixSibling } from "../models/siblings.ts";
import type { Task } from "./task.ts";

export interface Remix {
  model: string;
  request: VideoRequest;
}

/**
 * With a sibling that changes videos, the video goes along with the new prompt. Without one the same
 * request is carried out with the new prompt, from the seed that the first began with where the model
 * tells it, so that what the words leave open stays alike.
 */
export function remixOf(
  { model, request, media, result }: Extract<Task, { kind: "video" }>,
  prompt: string,
  dictionary: Dictionary,
): Remix {
  const [filmed] = dictionary.resolve(model)?.endpoints ?? [];
  const sibling = filmed && remixSibling((id) => dictionary.resolve(id)?.endpoints[0], filmed);
  const [video] = media;
  if (sibling && video) return { model: sibling.id, request: { prompt, video: video.url } };
  return { model, request: { ...request, prompt, seed: seedOf(result) ?? request.seed ?? null } };
}

function seedOf(result: readonly unknown[] = []): number | undefined {
  const { seed } = Object(result[0]) as { seed?: unknown };
  return Number.isSafeInteger(seed) ? (seed as number) : undefined;
}
