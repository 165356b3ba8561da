/** Endpoints newer than the catalogue, each described by one that is in it and takes the same input. */
import type { Catalog, Endpoint, Field } from "./catalog.ts";

interface Newer {
  /** The endpoint of the catalogue whose input and output it has, … */
  readonly like: string;
  /** … but for these fields, which are those of another: name to `[endpoint, field]`. */
  readonly fields?: Readonly<Record<string, readonly [endpoint: string, field: string]>>;
  /** … and without these. */
  readonly without?: readonly string[];
}

const ANY_SIZE = ["fal-ai/hunyuan-image/v3/instruct/text-to-image", "image_size"] as const;

/** From the client's map of August 2026 (1,390 endpoints), those that aliases name. */
const NEWER: Readonly<Record<string, Newer>> = {
  "openai/gpt-image-2": { like: "fal-ai/gpt-image-1.5", fields: { image_size: ANY_SIZE } },
  "openai/gpt-image-2/edit": {
    like: "fal-ai/gpt-image-1.5/edit",
    fields: { image_size: ANY_SIZE, mask_url: ["fal-ai/gpt-image-1.5/edit", "mask_image_url"] },
    without: ["mask_image_url", "input_fidelity"],
  },
};

/** An endpoint of the catalogue, or one that is newer and described by its like. */
export function findEndpoint(catalog: Catalog, id: string): Endpoint | undefined {
  const known = catalog.get(id);
  if (known) return known;
  const newer = Object.hasOwn(NEWER, id) ? NEWER[id] : undefined;
  return newer && likeness(catalog, id, newer);
}

/** The endpoint `id` with the input and output of one that is in the catalogue. */
export function likeness(catalog: Catalog, id: string, newer: Newer): Endpoint | undefined {
  const like = catalog.get(newer.like);
  if (!like) return undefined;
  const input: Record<string, Field> = { ...like.input };
  for (const [name, [endpoint, field]] of Object.entries(newer.fields ?? {})) {
    const borrowed = catalog.get(endpoint)?.input[field];
    if (borrowed) input[name] = borrowed;
  }
  for (const name of newer.without ?? []) delete input[name];
  return { id, input, output: like.output };
}
