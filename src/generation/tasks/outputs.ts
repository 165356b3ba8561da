/** What a task's first or second stage made, as the task tells it. */
import { audio, type Media, type Picture } from "../../models/output.ts";
import { ApiError } from "../../openai/error.ts";
import { drawn, filmed } from "../pictures.ts";
import type { Settled } from "../run.ts";
import type { TaskKind, TaskMedia } from "../task.ts";

const MAKES: Readonly<Record<TaskKind, (settled: Settled) => readonly (Media | Picture)[]>> = {
  image: drawn,
  edit: drawn,
  video: (settled) => [filmed(settled)],
  speech: spoken,
  transcription: () => [],
};

/** Throws ApiError where nothing was made that could be handed out. */
export function mediaOf(kind: TaskKind, settled: Settled): readonly TaskMedia[] {
  return MAKES[kind](settled).map(told);
}

function spoken({ results }: Settled): Media[] {
  const found = results.flatMap(({ output }) => audio(output) ?? []);
  if (found.length > 0) return found;
  throw new ApiError(422, "The model finished without a sound.", "invalid_request_error", {
    code: "no_media_generated",
  });
}

function told(media: Media | Picture): TaskMedia {
  const { url, content_type, file_size, width, height, duration } = media;
  const revisedPrompt = "revisedPrompt" in media ? media.revisedPrompt : undefined;
  const known = { contentType: content_type, bytes: file_size, width, height, duration };
  const there = Object.entries({ ...known, revisedPrompt }).filter(
    ([, value]) => value !== undefined,
  );
  return { url, ...Object.fromEntries(there) };
}
