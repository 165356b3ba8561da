/** The endpoints of one model that take pictures along with the words, told from ids and fields alone. */
import type { Company } from "./aliases.ts";
import type { Endpoint } from "./catalog.ts";
import { takesPictures } from "./fit/pictures.ts";
import { unmet } from "./fit/required.ts";

/** Finds an endpoint by its full fal id, as `Catalog.get` does. */
export type Find = (id: string) => Endpoint | undefined;

/** Where an id says that it takes words alone; the place may be empty, for `…/lora` and bare ids. */
const WORDS: readonly RegExp[] = [
  /\/text-to-(?:image|vector)(?=\/|$)/,
  /\/generate$/,
  /(?=\/lora$)/,
  /\/stream$/,
  /$/,
];

/** What stands there instead where the model edits, best first. */
const EDITS = [
  "/edit",
  "/image-to-image",
  "/edit-image",
  "/remix",
  "/reference-to-image",
  "",
] as const;

/** Words and pictures are all that it needs. */
const OURS = /^(prompt|instruction|.*image_urls?)$/;

/** Every id that `id` becomes when a place of `WORDS` holds one of `endings`. */
export function rewrites(id: string, places: readonly RegExp[], endings: readonly string[]) {
  return places
    .filter((place) => place.test(id))
    .flatMap((place) => endings.map((ending) => id.replace(place, ending)))
    .filter((other) => other !== id);
}

/**
 * What edits pictures for the model that `endpoint` draws with: `…/text-to-image` → `…/edit`, and so
 * on; the endpoint itself where it takes pictures and has no such sibling.
 */
export function editSibling(find: Find, endpoint: Endpoint): Endpoint | undefined {
  if (takesPictures(endpoint).least > 0) return endpoint;
  const sibling = rewrites(endpoint.id, WORDS, EDITS)
    .map(find)
    .find((other) => other && edits(other));
  return sibling ?? (takesPictures(endpoint).most > 0 ? endpoint : undefined);
}

function edits(endpoint: Endpoint) {
  const { least, most } = takesPictures(endpoint);
  return (
    draws(endpoint) &&
    most > 0 &&
    least <= 1 &&
    unmet({}, endpoint).every((name) => OURS.test(name))
  );
}

/** What serves an endpoint's model when pictures come along. */
export function company(
  find: Find,
  endpoint: Endpoint,
): Readonly<Partial<Record<Company, readonly Endpoint[]>>> {
  const edit = draws(endpoint) ? editSibling(find, endpoint) : undefined;
  return edit ? { edit: [edit] } : {};
}

function draws({ output }: Endpoint) {
  return output === "images" || output === "image";
}
