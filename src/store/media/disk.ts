/** Kept media in a folder. */
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isName, type MediaStore, newName, typeOf } from "./media.ts";

/** Unfinished files bear this ending until they are whole; those of a crash are swept away. */
const PART = ".part";
const PART_AGE_MS = 24 * 60 * 60_000;

/** Two levels of 64 folders would hold millions; one is enough for a machine's own disk. */
const folderOf = (dir: string, name: string) => join(dir, name.slice(0, 2));

export function createDiskMedia(dir: string): MediaStore {
  const pathOf = (name: string) => join(folderOf(dir, name), name);

  async function files() {
    const folders = await readdir(dir).catch(() => [] as string[]);
    const listed = folders.map(async (folder) => {
      const names = await readdir(join(dir, folder)).catch(() => [] as string[]);
      return Promise.all(
        names.map(async (name) => {
          const path = join(dir, folder, name);
          const found = await stat(path).catch(() => undefined);
          return found ? [{ name, path, bytes: found.size, time: found.mtimeMs }] : [];
        }),
      );
    });
    return (await Promise.all(listed)).flat(2);
  }

  return {
    async put({ contentType, body }) {
      const name = newName(contentType);
      const path = pathOf(name);
      await mkdir(folderOf(dir, name), { recursive: true, mode: 0o700 });
      const file = await open(path + PART, "wx", 0o600);
      let bytes = 0;
      try {
        for await (const chunk of body) {
          await file.writeFile(chunk);
          bytes += chunk.length;
        }
        // A link to it may be handed out next: it must survive whatever comes.
        await file.sync();
      } catch (error) {
        await file.close();
        await rm(path + PART, { force: true });
        throw error;
      }
      await file.close();
      await rename(path + PART, path);
      return { name, bytes, contentType: typeOf(name) };
    },

    async open(name) {
      if (!isName(name)) return undefined;
      const file = Bun.file(pathOf(name));
      if (!(await file.exists())) return undefined;
      return {
        bytes: file.size,
        contentType: typeOf(name),
        read: (range) => (range ? file.slice(range.from, range.to + 1) : file),
      };
    },

    link: () => undefined,

    async remove(name) {
      if (isName(name)) await rm(pathOf(name), { force: true });
    },

    async sweep(now, { age, size }) {
      const all = (await files()).sort((a, b) => b.time - a.time);
      let kept = 0;
      const over = all.filter(({ name, bytes, time }) => {
        const unfinished = name.endsWith(PART);
        if (unfinished) return now - time > PART_AGE_MS;
        if (now - time > age || kept + bytes > size) return true;
        kept += bytes;
        return false;
      });
      for (const { path } of over) await rm(path, { force: true });
      return over.length;
    },
  };
}
