/** Outputs that are films: one of three real clips, by the shape that was asked for. */
import { filmFacts, films } from "./clip.ts";
import { hex, seedFrom } from "./chance.ts";
import type { Model } from "./schema.ts";
import { picturePath } from "./picture.ts";
import { secondsOf } from "./price.ts";
import { type Size, sizeOf } from "./size.ts";
import type { Outcome, Work } from "./work.ts";

export function shootFilm(work: Work, model: Model, source?: Size): Outcome {
  const { input, origin, id } = work;
  const { width, height } = shapeOf(work, source);
  const film = width > height ? films.wide : width < height ? films.tall : films.square;
  const name = `${hex(seedFrom(id))}-${film.name}`;
  const video = {
    url: `${origin}/files/b/${hex(seedFrom(String(input["prompt"])))}/${name}`,
    content_type: film.type,
    file_name: name,
    file_size: Bun.file(film.path).size,
    width: film.width,
    height: film.height,
    ...filmFacts,
  };
  const seed = Number.isInteger(input["seed"]) ? (input["seed"] as number) : seedFrom(id);
  const seeded = "seed" in model.input && { seed };
  const more = { ...seeded, ...previews(work, film) };
  const output = model.output === "videos" ? { videos: [video], ...more } : { video, ...more };
  return { output, units: secondsOf(input) };
}

/** Sora's answers hold pictures of the film too (`RemixOutput` in fal's own types). */
function previews({ endpoint, id, origin }: Work, { width, height }: Size) {
  if (!endpoint.startsWith("fal-ai/sora-2/")) return {};
  const preview = (tag: string, size: Size) => {
    const picture = { ...size, seed: seedFrom(id + tag), format: "webp", black: false } as const;
    return { url: `${origin}/files${picturePath(picture, tag)}`, content_type: "image/webp" };
  };
  return {
    thumbnail: preview("thumbnail", { width, height }),
    spritesheet: preview("spritesheet", { width: width * 4, height: height * 3 }),
  };
}

function shapeOf({ endpoint, input }: Work, source?: Size): Size {
  const asked = typeof input["aspect_ratio"] === "string" && input["aspect_ratio"] !== "auto";
  if (!asked && source) return source;
  if (!asked && !("image_size" in input)) return { width: 16, height: 9 };
  return sizeOf(endpoint, input, source);
}
