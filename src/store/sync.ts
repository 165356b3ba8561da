/** Bringing a file's bytes to the disk itself, without holding up the calling thread. */
import { open } from "node:fs/promises";

/**
 * Whoever asks while a sync is under way waits for the next one, which then serves all of them: a
 * sync vouches only for what was written before it began.
 */
export function createSync(path: string): () => Promise<void> {
  let current = Promise.resolve();
  let next: Promise<void> | undefined;

  async function sync(): Promise<void> {
    const file = await open(path, "r").catch(ifMissing);
    try {
      await file?.datasync();
    } finally {
      await file?.close();
    }
  }

  return () => {
    next ??= current
      .catch(() => {})
      .then(() => {
        next = undefined;
        current = sync();
        return current;
      });
    return next;
  };
}

/** SQLite removes its log after having brought all of it into the database, synced. */
function ifMissing(error: { code?: string }): undefined {
  if (error.code !== "ENOENT") throw error;
}
