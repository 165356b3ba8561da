/** The endpoints of one model that take pictures along with the words, told from ids and fields alone. */
import type { Company } from "./alias.ts";
import type { Endpoint } from "./catalog.ts";
import { takesFrames, type Role } from "./fit/frames.ts";
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
const OURS = /^(prompt|instruction|.*image_urls?|.*frame_url|video_url|audio_url)$/;

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

/** What varies pictures for the model that `endpoint` draws with, needing no words for it. */
export function variationSibling(find: Find, endpoint: Endpoint): Endpoint | undefined {
  return rewrites(endpoint.id, WORDS, ["/redux"])
    .map(find)
    .find((other) => other && edits(other));
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

/** Where an id says what a video is made from. */
const FILMS: readonly RegExp[] = [
  /\/(?:text|image|reference|first-last-frame|start-end)-to-video(?=\/|$)/,
  /(?<=[/-])[ti]2v(?=$|-)/,
  /$/,
];

const ROLES = ["first", "frames", "references"] as const;

/** What stands there for each kind of company, best first. */
const FILMED: Readonly<Record<Role, readonly string[]>> = {
  first: ["/image-to-video", "i2v"],
  frames: [
    "/first-last-frame-to-video",
    "/start-end-to-video",
    "/transition",
    "/image-to-video",
    "flf2v",
    "/flf2v",
  ],
  references: ["/reference-to-video", "/elements"],
};

/**
 * What films with pictures in that role: the endpoint itself where it can, else its sibling. An id
 * that says pictures of one kind means them: only a first frame may become first and last.
 */
export function videoSibling(find: Find, endpoint: Endpoint, role: Role): Endpoint | undefined {
  if (films(endpoint, role)) return endpoint;
  const own = ROLES.filter((other) => films(endpoint, other));
  if (own.length > 0 && !(role === "frames" && own.includes("first"))) return undefined;
  return rewrites(endpoint.id, FILMS, FILMED[role])
    .map(find)
    .find((other) => other && films(other, role));
}

function films(endpoint: Endpoint, role: Role) {
  const taken = takesFrames(endpoint, role).most > 0;
  return taken && unmet({}, endpoint).every((name) => OURS.test(name));
}

/** What stands there where the model makes a finished video otherwise, best first. */
const REFILMED = ["/video-to-video/edit", "/edit-video", "/video-to-video"] as const;

/** What changes a finished video as words say, for the model that `endpoint` films with. */
export function remixSibling(find: Find, endpoint: Endpoint): Endpoint | undefined {
  if (refilms(endpoint)) return endpoint;
  return rewrites(endpoint.id, FILMS, REFILMED)
    .map(find)
    .find((other) => other && refilms(other));
}

function refilms(endpoint: Endpoint) {
  const { prompt, video_url } = endpoint.input;
  const films = endpoint.output === "video" && prompt !== undefined && video_url?.required === true;
  return films && unmet({}, endpoint).every((name) => /^(prompt|video_url)$/.test(name));
}

/** What serves an endpoint's model when pictures come along. */
export function company(
  find: Find,
  endpoint: Endpoint,
): Readonly<Partial<Record<Company, readonly Endpoint[]>>> {
  if (draws(endpoint)) {
    const edit = editSibling(find, endpoint);
    const several = edit && find(`${edit.id}/multi`);
    const variation = variationSibling(find, endpoint);
    return {
      ...(edit ? { edit: several && edits(several) ? [edit, several] : [edit] } : {}),
      ...(variation ? { variation: [variation] } : {}),
    };
  }
  if (endpoint.output !== "video") return {};
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const sibling = videoSibling(find, endpoint, role);
      return sibling ? [[role, [sibling]]] : [];
    }),
  );
}

function draws({ output }: Endpoint) {
  return output === "images" || output === "image";
}
