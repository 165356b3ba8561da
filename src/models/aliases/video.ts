/** The video relays' names: VEO (contract 5.1), Jimeng (5.2, 5.3), and OpenAI's Sora. */
import type { Alias } from "../alias.ts";

const LITE = "fal-ai/veo3.1/lite";
const FAST = "fal-ai/veo3.1/fast";
const FULL = "fal-ai/veo3.1";
const REFERENCES = ["fal-ai/veo3.1/reference-to-video"];
/** What `/v1/videos` films with when no model is named: OpenAI's default. */
export const DEFAULT_VIDEO_MODEL = "sora-2";
/** What the Jimeng relay films with. */
export const JIMENG_MODEL = "jimeng-video-3.0";
const SEEDANCE = "fal-ai/bytedance/seedance";

/** Veo 2 had no sound; what stands in for it is told to be silent too. */
const SILENT = { generate_audio: false };
const SHARP = { resolution: "1080p" };

const first = (base: string) => `${base}/image-to-video`;
const frames = (base: string) => `${base}/first-last-frame-to-video`;

function veo(alias: Omit<Alias, "modality" | "owner"> & Partial<Pick<Alias, "modality">>): Alias {
  return { modality: "text-to-video", owner: "google", ...alias };
}

export const videoAliases: readonly Alias[] = [
  veo({
    id: "veo2",
    endpoints: ["fal-ai/veo2", LITE],
    with: { first: ["fal-ai/veo2/image-to-video", first(LITE)], frames: [frames(LITE)] },
    defaults: SILENT,
  }),
  veo({
    id: "veo2-fast",
    endpoints: ["fal-ai/veo2", FAST],
    with: { first: ["fal-ai/veo2/image-to-video", first(FAST)], frames: [frames(FAST)] },
    defaults: SILENT,
  }),
  veo({
    id: "veo2-fast-frames",
    endpoints: [FAST],
    with: { first: [first(FAST)], frames: [frames(FAST)] },
    mostPictures: 2,
    defaults: SILENT,
  }),
  veo({
    id: "veo2-fast-components",
    modality: "image-to-video",
    endpoints: [],
    with: { references: REFERENCES },
    mostPictures: 3,
    defaults: SILENT,
  }),
  veo({
    id: "veo2-pro",
    endpoints: ["fal-ai/veo2", FULL],
    with: { first: ["fal-ai/veo2/image-to-video", first(FULL)], frames: [frames(FULL)] },
    defaults: SILENT,
  }),
  veo({
    id: "veo2-pro-components",
    modality: "image-to-video",
    endpoints: [],
    with: { references: REFERENCES },
    mostPictures: 3,
    defaults: SILENT,
  }),
  veo({
    id: "veo3",
    endpoints: ["fal-ai/veo3", FULL],
    with: { first: ["fal-ai/veo3/image-to-video", first(FULL)], frames: [frames(FULL)] },
  }),
  veo({
    id: "veo3-fast",
    endpoints: ["fal-ai/veo3/fast", FAST],
    with: { first: ["fal-ai/veo3/fast/image-to-video", first(FAST)], frames: [frames(FAST)] },
  }),
  veo({
    id: "veo3-fast-frames",
    modality: "image-to-video",
    endpoints: [],
    with: { first: [first(FAST)], frames: [frames(FAST)] },
    mostPictures: 2,
  }),
  veo({
    id: "veo3-frames",
    modality: "image-to-video",
    endpoints: [],
    with: { first: [first(FULL)], frames: [frames(FULL)] },
    mostPictures: 2,
  }),
  veo({
    id: "veo3-pro",
    endpoints: ["fal-ai/veo3", FULL],
    with: { first: ["fal-ai/veo3/image-to-video", first(FULL)], frames: [frames(FULL)] },
    defaults: SHARP,
  }),
  veo({
    id: "veo3-pro-frames",
    modality: "image-to-video",
    endpoints: [],
    with: { first: ["fal-ai/veo3/image-to-video", first(FULL)] },
    mostPictures: 1,
    defaults: SHARP,
  }),
  veo({
    id: "veo3.1",
    endpoints: [FULL],
    with: { first: [first(FULL)], frames: [frames(FULL)], references: REFERENCES },
  }),
  veo({
    id: "veo3.1-fast",
    endpoints: [FAST],
    with: { first: [first(FAST)], frames: [frames(FAST)] },
  }),
  veo({
    id: "veo3.1-pro",
    endpoints: [FULL],
    with: { first: [first(FULL)], frames: [frames(FULL)], references: REFERENCES },
    defaults: SHARP,
  }),
  veo({
    id: "veo3.1-components",
    modality: "image-to-video",
    endpoints: [],
    with: { references: REFERENCES },
    mostPictures: 3,
  }),
  // Jimeng's video model is ByteDance's Seedance; fal has no model called Jimeng.
  {
    id: JIMENG_MODEL,
    name: "Jimeng Video 3.0",
    modality: "text-to-video",
    owner: "bytedance",
    endpoints: [`${SEEDANCE}/v1/pro/text-to-video`, `${SEEDANCE}/v1.5/pro/text-to-video`],
    with: {
      first: [`${SEEDANCE}/v1/pro/image-to-video`, `${SEEDANCE}/v1.5/pro/image-to-video`],
      frames: [`${SEEDANCE}/v1/pro/image-to-video`, `${SEEDANCE}/v1.5/pro/image-to-video`],
    },
    ratios: ["2:3", "3:2"],
  },
  // Sora left fal in September 2026.
  {
    id: "sora-2",
    modality: "text-to-video",
    owner: "openai",
    endpoints: ["fal-ai/sora-2/text-to-video", FAST],
    with: { first: ["fal-ai/sora-2/image-to-video", first(FAST)] },
  },
  {
    id: "sora-2-pro",
    modality: "text-to-video",
    owner: "openai",
    endpoints: ["fal-ai/sora-2/text-to-video/pro", FULL],
    with: { first: ["fal-ai/sora-2/image-to-video/pro", first(FULL)] },
  },
];
