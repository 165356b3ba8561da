/** What a task's first or second stage made, as the task tells it. */
import type { Media, Picture } from "../../models/output.ts";
import { drawn, filmed } from "../pictures.ts";
import type { Settled } from "../settled.ts";
import { sounded } from "../speak.ts";
import type { TaskKind, TaskMedia } from "../task.ts";
import { written } from "../transcribe.ts";

const MAKES: Readonly<Record<TaskKind, (settled: Settled) => readonly (Media | Picture)[]>> = {
  image: drawn,
  edit: drawn,
  variation: drawn,
  video: (settled) => [filmed(settled)],
  frame: drawn,
  speech: (settled) => [sounded(settled)],
  transcription(settled) {
    written(settled); // Throws where nothing was written down.
    return [];
  },
};

/** Throws ApiError where nothing was made that could be handed out. */
export function mediaOf(kind: TaskKind, settled: Settled): readonly TaskMedia[] {
  return MAKES[kind](settled).map(told);
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
