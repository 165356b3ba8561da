/** What endpoints give, as one shape for each kind, whatever their fields are called. */

/** A file of fal's: `url` is an https address on fal's media hosts, or a data URL. */
export interface Media {
  readonly url: string;
  readonly content_type?: string;
  readonly file_name?: string;
  /** Bytes. */
  readonly file_size?: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Seconds. */
  readonly duration?: number;
}

export interface Picture extends Media {
  /** fal's safety checker painted it black: the picture is no answer to the request. */
  readonly blacked?: true;
  /** The prompt that the model really drew, where it says so and it is another than was sent. */
  readonly revisedPrompt?: string;
}

/** Fields that hold a rewritten prompt. FLUX's `prompt` does too, but most often repeats what was sent. */
const REVISED = ["revised_prompt", "expanded_prompt", "actual_prompt", "prompt"] as const;

/** The pictures of `images[]` or `image`, each an object or an address; none where the output has none. */
export function pictures(output: unknown, sentPrompt?: string): Picture[] {
  const fields = record(output);
  const listed = list(fields.images);
  const found = listed.length > 0 ? listed : list(fields.image);
  const blacked = list(fields.has_nsfw_concepts);
  return found.flatMap((entry, place) => {
    const file = media(entry);
    if (!file) return [];
    const revised = revisedPrompt(record(entry), sentPrompt) ?? revisedPrompt(fields, sentPrompt);
    return {
      ...file,
      ...(blacked[place] === true ? { blacked: true as const } : {}),
      ...(revised === undefined ? {} : { revisedPrompt: revised }),
    };
  });
}

/** The video of `video`, `videos[]` or `video_url`. */
export function video(output: unknown): Media | undefined {
  return first(output, ["video", "videos", "video_url"]);
}

/** What a model gives to look at before the video is fetched: `thumbnail` or `spritesheet`. */
export function preview(output: unknown, which: "thumbnail" | "spritesheet"): Media | undefined {
  return first(output, [which]);
}

/** The sound of `audio`, `audio_file` or `audio_url`. */
export function audio(output: unknown): Media | undefined {
  return first(output, ["audio", "audio_file", "audio_url"]);
}

/** The words of `text`, `output` or `transcription`. An empty text is a text. */
export function text(output: unknown): string | undefined {
  const fields = record(output);
  return ["text", "output", "transcription"]
    .map((name) => fields[name])
    .find((value) => typeof value === "string");
}

function first(output: unknown, names: readonly string[]) {
  const fields = record(output);
  return names
    .flatMap((name) => list(fields[name]))
    .map(media)
    .find((file) => file !== undefined);
}

/** A file, given as fal's `File` or as its bare address. */
function media(value: unknown): Media | undefined {
  const file = typeof value === "string" ? { url: value } : record(value);
  const { url, content_type, file_name, file_size, width, height, duration } = file;
  if (typeof url !== "string" || url === "") return undefined;
  return {
    url,
    ...word("content_type", content_type),
    ...word("file_name", file_name),
    ...figure("file_size", file_size),
    ...figure("width", width),
    ...figure("height", height),
    ...figure("duration", duration),
  };
}

function revisedPrompt(fields: Record<string, unknown>, sent: string | undefined) {
  const values = REVISED.filter((name) => name !== "prompt" || sent !== undefined)
    .map((name) => fields[name])
    .filter((value) => typeof value === "string");
  return values.find((value) => value !== "" && value !== sent);
}

function word(name: string, value: unknown) {
  return typeof value === "string" && value !== "" ? { [name]: value } : {};
}

/** fal writes 0 for a width or height that it does not know. */
function figure(name: string, value: unknown) {
  return typeof value === "number" && value > 0 ? { [name]: value } : {};
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
