/** What a settled generation made: its pictures, without those that the model blacked out, or its video. */
import { ApiError } from "../openai/error.ts";
import { audio, type Media, pictures, type Picture, video } from "../models/output.ts";
import type { Settled } from "./settled.ts";

/**
 * In order, over all calls. Throws 400 `content_policy_violation` when the model has drawn nothing
 * but black for the content's sake, and 422 when it has drawn nothing at all.
 */
export function drawn({ results }: Settled): Picture[] {
  const all = results.flatMap(({ input, output }) => pictures(output, prompt(input)));
  const shown = all.filter(({ blacked }) => !blacked);
  if (shown.length > 0) return shown;
  if (all.length > 0) {
    throw refusal(
      400,
      "content_policy_violation",
      "The model blacked out the picture for its content.",
    );
  }
  throw refusal(422, "no_media_generated", "The model finished without drawing anything.");
}

/** The video of a settled generation. Throws 422 when there is none. */
export function filmed({ results }: Settled): Media {
  const [found] = results.flatMap(({ output }) => video(output) ?? []);
  if (found) return found;
  throw refusal(422, "no_media_generated", "The model finished without making a video.");
}

/** The links of everything that was made, of whatever kind. */
export function outputsOf({ results }: Settled): string[] {
  const made = results.flatMap(({ output }) => [
    ...pictures(output),
    ...[video(output), audio(output)].filter((media) => media !== undefined),
  ]);
  return [...new Set(made.map(({ url }) => url))];
}

const prompt = ({ prompt }: Record<string, unknown>) =>
  typeof prompt === "string" ? prompt : undefined;

/** The generation was paid for, so no client may simply try again. */
export function refusal(status: number, code: string, message: string): ApiError {
  const headers = { "x-should-retry": "false" };
  return new ApiError(status, message, "invalid_request_error", { code, headers });
}
