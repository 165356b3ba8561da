/** Kept media, as the rest of a gateway uses it: by tasks, and forgotten in time. */
import { type Config, ConfigError } from "../config.ts";
import type { MediaSource } from "../fal/media.ts";
import { createKeep } from "../generation/keep.ts";
import type { KeepMedia } from "../generation/tasks/keeping.ts";
import type { LinkOf } from "../generation/tasks/neutral.ts";
import type { Discard } from "../generation/tasks/tasks.ts";
import type { Log } from "../log.ts";
import { ownLink } from "../routes/links.ts";
import type { MediaStore } from "../store/media/media.ts";
import { openMediaStore } from "../store/media/open.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Where everything is kept that survives a restart, unless `DATA_DIR` says otherwise. */
export const DATA_DIR = "./data";

/** Undefined where fal's own links are handed out. Throws ConfigError for a bucket without credentials. */
export function mediaStoreOf(config: Config): MediaStore | undefined {
  const { mediaStore, dataDir: dir = DATA_DIR, mediaRetention } = config;
  const store = openMediaStore({ mediaStore, dir, lifetime: (mediaRetention * DAY_MS) / 1000 });
  try {
    store?.link("probe"); // Signed without asking anybody.
  } catch (error) {
    const what = `MEDIA_STORE is "${mediaStore}", but no link can be signed: ${(error as Error).message}`;
    throw new ConfigError(
      `${what} Set S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and S3_ENDPOINT or S3_REGION`,
    );
  }
  return store;
}

/** What a task needs of the store: its files kept, linked in callbacks, and forgotten along with it. */
export function keptMedia(
  source: MediaSource,
  store: MediaStore,
): { keep: KeepMedia; linkOf: LinkOf; discard: Discard } {
  const fetched = createKeep(source, store);
  return {
    async keep(media, _, halt) {
      const { name, bytes, contentType } = await fetched(media.url, halt);
      return { ...media, kept: name, bytes, contentType };
    },
    linkOf({ kept, url }, { origin }) {
      if (kept === undefined) return url;
      return store.link(kept) ?? (origin === undefined ? url : ownLink(origin, kept));
    },
    async discard({ media }) {
      const kept = media.flatMap(({ kept }) => kept ?? []);
      await Promise.all(kept.map((name) => store.remove(name)));
    },
  };
}

/** Removes what is too old or too much, now and every hour, until the timer is cleared. */
export function sweeping(
  store: MediaStore,
  { mediaRetention, mediaSize }: Config,
  log: Log,
): Timer {
  const limits = { age: mediaRetention * DAY_MS, size: mediaSize * 1e6 };
  const sweep = () => {
    store.sweep(Date.now(), limits).then(
      (count) => count > 0 && log.info("kept files were removed", { count }),
      (error: unknown) => log.error("kept files cannot be removed", { error }),
    );
  };
  sweep();
  const timer = setInterval(sweep, HOUR_MS);
  timer.unref();
  return timer;
}
