/** What goes in and what comes out, in OpenRouter's words: `text`, `image`, `audio`, `video`, `file`. */
import type { Endpoint, OutputKind } from "./catalog.ts";
import { takesPictures } from "./fit/pictures.ts";
import type { Model } from "./model.ts";

export interface Architecture {
  /** `text+image->image` */
  readonly modality: string;
  readonly input_modalities: readonly string[];
  readonly output_modalities: readonly string[];
}

const OUTPUT: Readonly<Record<OutputKind, string>> = {
  images: "image",
  image: "image",
  video: "video",
  videos: "video",
  audio: "audio",
  text: "text",
  mesh: "3d",
  file: "file",
  other: "other",
};

const WORDS =
  /^(prompt|text|script|instruction|lyrics|tags|gen_text|structured_prompt|style_prompt)$/;

const TAKES: readonly (readonly [modality: string, (endpoint: Endpoint) => boolean])[] = [
  ["text", ({ input }) => Object.keys(input).some((name) => WORDS.test(name))],
  ["image", (endpoint) => takesPictures(endpoint).most > 0 || hasMedia(endpoint, /image|frame/)],
  ["audio", (endpoint) => hasMedia(endpoint, /audio|speech|voice/)],
  ["video", (endpoint) => hasMedia(endpoint, /video/)],
];

function hasMedia({ input }: Endpoint, name: RegExp) {
  return Object.entries(input).some(([field, { media }]) => media && name.test(field));
}

/** Of everything that serves the model, pictures along with the words or not. */
export function architecture({ endpoints, with: company, upstream }: Model): Architecture {
  const all = [...endpoints, ...Object.values(company).flat()];
  const taken = TAKES.filter(([, takes]) => all.some(takes)).map(([modality]) => modality);
  const given = [...new Set(all.map(({ output }) => OUTPUT[output]))];
  const [input, output] = upstream === undefined ? [taken, given] : [["text"], ["text"]];
  return {
    modality: `${input.join("+")}->${output.join("+")}`,
    input_modalities: input,
    output_modalities: output,
  };
}
