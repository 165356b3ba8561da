/** The films and the tones that are too hard to make in code: a few KB each, inside the executable. */
import flac from "./clips/tone.flac" with { type: "file" };
import mp3 from "./clips/tone.mp3" with { type: "file" };
import ogg from "./clips/tone.ogg" with { type: "file" };
import square from "./clips/square.mp4" with { type: "file" };
import tall from "./clips/tall.mp4" with { type: "file" };
import wide from "./clips/wide.mp4" with { type: "file" };

export interface Clip {
  readonly name: string;
  readonly type: string;
  readonly path: string;
}

export const films = {
  wide: { name: "wide.mp4", type: "video/mp4", path: wide, width: 320, height: 180 },
  tall: { name: "tall.mp4", type: "video/mp4", path: tall, width: 180, height: 320 },
  square: { name: "square.mp4", type: "video/mp4", path: square, width: 240, height: 240 },
} as const;

/** Of every film. */
export const filmFacts = { duration: 2, fps: 12, num_frames: 24 };

export const tones = {
  mp3: { name: "tone.mp3", type: "audio/mpeg", path: mp3 },
  ogg: { name: "tone.ogg", type: "audio/ogg", path: ogg },
  flac: { name: "tone.flac", type: "audio/flac", path: flac },
} as const;

const clips: readonly Clip[] = [...Object.values(films), ...Object.values(tones)];

/** `/b/1a2b3c4d/output-wide.mp4`, below `/files`. */
export function clipAt(path: string): Clip | undefined {
  if (!/^\/b\/[0-9a-f]{8}\//.test(path)) return undefined;
  return clips.find((clip) => path.endsWith(`-${clip.name}`));
}
