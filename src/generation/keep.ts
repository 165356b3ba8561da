/** Keeping what was made: fetched from fal once, while it is there, and held in falgate's own store. */
import type { MediaSource } from "../fal/media.ts";
import type { Log } from "../log.ts";
import type { KeptFile, MediaStore } from "../store/media/media.ts";
import type { Run } from "./run.ts";
import type { Kept } from "./settled.ts";
import { outputsOf } from "./pictures.ts";

/** Resolves to the kept file; rejects when it cannot be fetched or stored. */
export type Keep = (url: string, signal?: AbortSignal) => Promise<KeptFile>;

/** Streams a file from fal's media hosts into the store: never whole in memory. */
export function createKeep(source: MediaSource, store: MediaStore): Keep {
  return async (url, signal) => store.put(await source.open(url, signal));
}

const ATTEMPTS = 3;

/** The same run, settled once what it made is kept. */
export function keeping(run: Run, keep: Keep, log: Log): Run {
  const settled = run.settled.then(async (made) => ({
    ...made,
    kept: await keepAll(outputsOf(made), keep, log),
  }));
  return { ...run, settled };
}

/**
 * What cannot be kept is handed out under fal's own link: it was paid for, and a link that may vanish
 * is better than none.
 */
async function keepAll(urls: readonly string[], keep: Keep, log: Log): Promise<Kept> {
  const tried = urls.map(async (url) => {
    const file = await persistently(() => keep(url)).catch((error: unknown) => {
      log.error("an output could not be kept, fal's own link is handed out", { error });
      return undefined;
    });
    return file ? [[url, file.name] as const] : [];
  });
  return new Map((await Promise.all(tried)).flat());
}

async function persistently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 1) throw error;
      await Bun.sleep(200 * (ATTEMPTS - left + 1));
    }
  }
}
