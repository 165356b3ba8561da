/** Outputs that are pictures: `images[]`, FLUX's with its flags, and a single `image`. */
import { hex, seedFrom } from "./chance.ts";
import { faultOf } from "./fault.ts";
import { amount } from "./marker.ts";
import type { Model } from "./schema.ts";
import { encode, type Picture, type PictureFormat, pictureName, picturePath } from "./picture.ts";
import { pictureUnits, priceOf } from "./price.ts";
import { type Size, sizeOf } from "./size.ts";
import type { Outcome, Work } from "./work.ts";

export async function drawImages(work: Work, model: Model, source?: Size): Promise<Outcome> {
  const { input, marker, endpoint } = work;
  const seed = seedOf(input["seed"]);
  const count = model.output === "image" ? 1 : Math.round(Number(input["num_images"] ?? 1)) || 1;
  const flags = isFlux(model);
  const nsfw = nsfwOf(marker.get("nsfw"), count);
  if (nsfw.includes(true) && !flags)
    return { fault: faultOf("content_policy_violation", input, marker) };

  const size = sizeOf(endpoint, input, source);
  const base = seedFrom(`${seed} ${String(input["prompt"] ?? "")}`);
  const pictures = nsfw.map((black, index) => ({
    ...size,
    seed: base + index,
    format: formatOf(model, input["output_format"]),
    black,
  }));
  const files = await Promise.all(pictures.map((picture) => fileOf(work, picture, flags)));
  const units = pictureUnits(priceOf(model), pictures);
  const description = marker.get("description") ?? "";
  const seeded = "seed" in model.input && { seed };
  if (model.output === "image") return { output: { image: files[0], ...seeded }, units };
  if (!flags) {
    const described = /nano-banana|gemini|imagen|gpt-image/.test(endpoint) && { description };
    const revised = marker.get("revised");
    const output = {
      images: files,
      ...described,
      ...seeded,
      ...(revised && { revised_prompt: revised }),
    };
    return { output, units };
  }
  const output = {
    images: files,
    timings: { inference: 0.4 },
    seed,
    has_nsfw_concepts: nsfw,
    prompt: input["prompt"] ?? "",
  };
  return { output, units };
}

/** Those that tell of NSFW content by a flag and a black picture, in place of an error. */
function isFlux({ id }: Model): boolean {
  return /flux/.test(id);
}

function nsfwOf(marked: string | undefined, count: number): boolean[] {
  const one = amount(marked);
  const all = marked !== undefined && one === undefined;
  return Array.from({ length: count }, (_, index) => all || index === one);
}

function seedOf(asked: unknown): number {
  if (Number.isInteger(asked) && (asked as number) >= 0) return asked as number;
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function formatOf(model: Model, asked: unknown): PictureFormat {
  if (asked === "png" || asked === "webp" || asked === "jpeg") return asked;
  if (asked === "jpg") return "jpeg";
  return isFlux(model) ? "jpeg" : "png";
}

async function fileOf(work: Work, picture: Picture, bare: boolean) {
  const { width, height, format } = picture;
  const tag = hex(seedFrom(work.id));
  const common = { width, height, content_type: `image/${format}` };
  if (work.input["sync_mode"] === true) {
    const data = Buffer.from(await encode(picture)).toString("base64");
    return { url: `data:image/${format};base64,${data}`, ...common };
  }
  const url = `${work.origin}/files${picturePath(picture, tag)}`;
  // FLUX tells no file size, so its pictures need not exist before somebody looks at them.
  if (bare) return { url, ...common };
  const file_size = (await encode(picture)).length;
  return { url, ...common, file_name: pictureName(picture, tag), file_size };
}
