/** The files that clients are given: falgate's own where it keeps them, else fal's. */
import type { Media } from "../fal/media.ts";
import type { Kept } from "../generation/settled.ts";
import type { TaskMedia } from "../generation/task.ts";
import type { Source } from "../store/media/media.ts";
import type { Deps } from "./deps.ts";

/** What one generation made, by fal's links. */
export interface Handout {
  /** The link that the client gets. */
  link(url: string): string;
  /** The file itself, from wherever it is near. */
  open(url: string, signal?: AbortSignal): Promise<Media>;
  /** Keeps another form of it; resolves to its link. Only where falgate keeps files. */
  put?(file: Source): Promise<string>;
}

type Parts = Pick<Deps, "media" | "mediaStore" | "originOf">;

export function handout({ media, ...parts }: Parts, request: Request, kept?: Kept): Handout {
  const { mediaStore } = parts;
  return {
    ...(mediaStore && {
      put: async (file) => fileLink(parts, request, (await mediaStore.put(file)).name),
    }),
    link(url) {
      const name = kept?.get(url);
      return name === undefined ? url : fileLink(parts, request, name);
    },
    async open(url, signal) {
      const name = kept?.get(url);
      const file = name === undefined ? undefined : await mediaStore?.open(name);
      if (!file) return media.open(url, signal);
      const { contentType, bytes } = file;
      const read = file.read();
      return { contentType, length: bytes, body: read instanceof Blob ? read.stream() : read };
    },
  };
}

/** The link to a kept file. */
export function fileLink(
  { mediaStore, originOf }: Pick<Parts, "mediaStore" | "originOf">,
  request: Request,
  name: string,
): string {
  return mediaStore?.link(name) ?? ownLink(originOf(request), name);
}

/** The link to a file of a task. */
export function mediaLink(parts: Pick<Parts, "mediaStore" | "originOf">, request: Request) {
  return ({ kept, url }: TaskMedia): string =>
    kept === undefined ? url : fileLink(parts, request, kept);
}

/** falgate serves it itself. */
export const ownLink = (origin: string, name: string) => `${origin}/files/${name}`;
