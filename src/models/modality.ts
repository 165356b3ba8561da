/** What an endpoint turns into what, told from its fields alone. */
import type { Endpoint, OutputKind } from "./catalog.ts";
import { takesPictures } from "./fit/pictures.ts";

export type Modality =
  | "text-to-image"
  | "image-to-image"
  | "text-to-video"
  | "image-to-video"
  | "video-to-video"
  | "audio-to-video"
  | "text-to-speech"
  | "speech-to-text"
  | "text-to-audio"
  | "audio-to-audio"
  | "video-to-audio"
  | "image-to-text"
  | "video-to-text"
  | "text-to-text"
  | "upscale"
  | "3d"
  | "training"
  | "other";

interface Rule {
  readonly modality: Modality;
  readonly output: readonly OutputKind[];
  /** Every one of these must hold. */
  readonly when: readonly ((endpoint: Endpoint) => boolean)[];
}

const PICTURES = ["images", "image"] as const;
const VIDEO = ["video", "videos"] as const;

const VIDEO_FIELD = /video/;
const AUDIO_FIELD = /audio|speech|voice/;
const SIZE_FIELD = /^(image_size|aspect_ratio|resolution|width|height)$/;

const takesText = has(/^(prompt|text|script|structured_prompt)$/);
const takesPrompt = has(/^prompt$/);
const needsVideo = needs(VIDEO_FIELD);
const needsAudio = needs(AUDIO_FIELD);
const needsPicture = needsOther(VIDEO_FIELD, AUDIO_FIELD);
const scales = has(
  /^(upscale_factor|upscaling_factor|scale|scale_factor|upscale_mode|target_resolution|output_megapixels)$/,
);
/** A picture it may take, and no say over the size of what it draws: it redraws that picture. */
const redraws = (endpoint: Endpoint) =>
  !has(SIZE_FIELD)(endpoint) && Object.values(endpoint.input).some((field) => field.media);
const speaks = (endpoint: Endpoint) =>
  has(/^(voice|voice_id|voice_setting|voices|speaker|speakers|speaker_id|language_boost)$/)(
    endpoint,
  ) ||
  (has(/^text$/)(endpoint) && !has(/^(lyrics|tags|duration(_seconds)?)$/)(endpoint));

/** By the names of fields: some of them the declarations do not call addresses. */
const mustHavePicture = (endpoint: Endpoint) => takesPictures(endpoint).least > 0;
const mayHavePicture = (endpoint: Endpoint) => takesPictures(endpoint).most > 0;

/** The first rule that holds names the modality. */
const RULES: readonly Rule[] = [
  { modality: "training", output: ["file", ...VIDEO], when: [needs(/_data_url$/)] },
  { modality: "upscale", output: [...PICTURES, ...VIDEO], when: [scales, not(takesPrompt)] },
  { modality: "image-to-image", output: PICTURES, when: [needsPicture] },
  { modality: "image-to-image", output: PICTURES, when: [redraws, not(needsVideo)] },
  { modality: "image-to-image", output: PICTURES, when: [mustHavePicture] },
  { modality: "text-to-image", output: PICTURES, when: [takesText, not(needsVideo)] },
  { modality: "video-to-video", output: VIDEO, when: [needsVideo] },
  { modality: "audio-to-video", output: VIDEO, when: [needsAudio] },
  { modality: "image-to-video", output: VIDEO, when: [needsPicture] },
  { modality: "text-to-video", output: VIDEO, when: [takesText] },
  { modality: "image-to-video", output: VIDEO, when: [mayHavePicture] },
  { modality: "video-to-audio", output: ["audio"], when: [needsVideo] },
  { modality: "text-to-speech", output: ["audio"], when: [takesText, speaks] },
  { modality: "audio-to-audio", output: ["audio"], when: [needsAudio] },
  { modality: "text-to-audio", output: ["audio"], when: [has(/^(prompt|text|lyrics|tags)$/)] },
  { modality: "speech-to-text", output: ["text"], when: [needsAudio] },
  { modality: "video-to-text", output: ["text"], when: [needsVideo] },
  { modality: "image-to-text", output: ["text"], when: [needsPicture] },
  { modality: "text-to-text", output: ["text"], when: [takesText] },
  { modality: "3d", output: ["mesh"], when: [] },
];

/** The modality of an endpoint; `other` where no rule of the table holds. */
export function modality(endpoint: Endpoint): Modality {
  const rule = RULES.find(
    ({ output, when }) =>
      output.includes(endpoint.output) && when.every((condition) => condition(endpoint)),
  );
  return rule?.modality ?? "other";
}

function has(name: RegExp) {
  return ({ input }: Endpoint) => Object.keys(input).some((field) => name.test(field));
}

function needs(name: RegExp) {
  return ({ input }: Endpoint) =>
    Object.entries(input).some(
      ([field, { required, media }]) => required && media && name.test(field),
    );
}

function needsOther(...names: readonly RegExp[]) {
  return ({ input }: Endpoint) =>
    Object.entries(input).some(
      ([field, { required, media }]) =>
        required && media && !names.some((name) => name.test(field)),
    );
}

function not(condition: (endpoint: Endpoint) => boolean) {
  return (endpoint: Endpoint) => !condition(endpoint);
}
