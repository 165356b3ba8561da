/** Files in a folder: whole or not there, found by name alone, and removed in time. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDiskMedia } from "../../../src/store/media/disk.ts";
import type { MediaStore } from "../../../src/store/media/media.ts";

let dir: string;
let store: MediaStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "falgate-media-"));
  store = createDiskMedia(dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

const put = (text: string, contentType = "video/mp4") =>
  store.put({ contentType, body: pieces(text) });

const onDisk = () =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function text(name: string, range?: { from: number; to: number }) {
  const file = await store.open(name);
  return file && new Response(file.read(range)).text();
}

describe("put", () => {
  test("keeps the pieces as one file, readable by its owner alone", async () => {
    const kept = await store.put({
      contentType: "video/mp4; codecs=avc1",
      body: pieces("ab", "", "cde"),
    });
    expect(kept).toEqual({
      name: expect.stringMatching(/^[\w-]{27}\.mp4$/),
      bytes: 5,
      contentType: "video/mp4",
    });
    expect(await text(kept.name)).toBe("abcde");
    expect(onDisk().map((path) => statSync(path).mode & 0o777)).toEqual([0o600]);
  });

  test("gives the same bytes another name each time", async () => {
    expect((await put("same")).name).not.toBe((await put("same")).name);
  });

  test.each([
    ["image/jpeg", "jpg", "image/jpeg"],
    ["image/jpg", "jpg", "image/jpeg"],
    ["audio/x-wav", "wav", "audio/wav"],
    ["IMAGE/PNG", "png", "image/png"],
    ["text/html", "bin", "application/octet-stream"],
    ["../../etc/passwd", "bin", "application/octet-stream"],
  ])("%s is kept as .%s and served as %s", async (contentType, ending, served) => {
    const { name } = await put("x", contentType);
    expect(name.split(".")[1]).toBe(ending);
    expect((await store.open(name))?.contentType).toBe(served);
  });

  test("leaves nothing of a file whose source breaks", async () => {
    async function* broken() {
      yield Buffer.from("half");
      throw new Error("cut");
    }
    await expect(store.put({ contentType: "video/mp4", body: broken() })).rejects.toThrow("cut");
    await Bun.sleep(0);
    expect(onDisk()).toEqual([]);
  });

  test("shows no file before it is whole", async () => {
    const half = Promise.withResolvers<void>();
    const rest = Promise.withResolvers<void>();
    async function* slow() {
      yield Buffer.from("half");
      half.resolve();
      await rest.promise;
      yield Buffer.from("whole");
    }
    const putting = store.put({ contentType: "video/mp4", body: slow() });
    await half.promise;
    const [part] = onDisk();
    expect(part).toEndWith(".mp4.part");
    expect(await store.open(part!.split("/").at(-1)!)).toBeUndefined();
    expect(await store.open(part!.split("/").at(-1)!.replace(".part", ""))).toBeUndefined();
    rest.resolve();
    expect(await text((await putting).name)).toBe("halfwhole");
  });
});

describe("open", () => {
  test("reads a part", async () => {
    const { name } = await put("0123456789");
    expect(await text(name, { from: 2, to: 4 })).toBe("234");
  });

  test.each([
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "",
    "a.mp4",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAA.mp4",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAA.mp4/",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAA.mp4\0.png",
  ])("finds nothing under %j", async (name) => {
    await put("x");
    expect(await store.open(name)).toBeUndefined();
  });
});

test("remove takes away that one alone", async () => {
  const [one, other] = [await put("one"), await put("other")];
  await store.remove(one.name);
  await store.remove("../../etc/passwd");
  expect([await text(one.name), await text(other.name)]).toEqual([undefined, "other"]);
});

describe("sweep", () => {
  const HOUR = 60 * 60_000;
  const NOW = Date.now() + 100 * HOUR;

  async function aged(content: string, hours: number): Promise<string> {
    const { name } = await put(content);
    const path = onDisk().find((each) => each.endsWith(name))!;
    const seconds = (NOW - hours * HOUR) / 1000;
    utimesSync(path, seconds, seconds);
    return name;
  }

  test.each([
    ["what is older", { age: 5 * HOUR, size: 1000 }, ["c"]],
    ["the oldest beyond the room", { age: 99 * HOUR, size: 20 }, ["c"]],
    ["what would not fit at all", { age: 99 * HOUR, size: 5 }, ["a", "b", "c"]],
    ["nothing", { age: 99 * HOUR, size: 30 }, []],
  ] as const)("removes %s", async (_, limits, gone) => {
    const names = { a: await aged("a".repeat(10), 1), b: await aged("b".repeat(10), 2), c: "" };
    names.c = await aged("c".repeat(10), 10);
    expect(await store.sweep(NOW, limits)).toBe(gone.length);
    const left = await Promise.all(
      Object.entries(names).map(async ([key, name]) => [key, (await text(name)) === undefined]),
    );
    expect(left.filter(([, missing]) => missing).map(([key]) => key)).toEqual([...gone]);
  });

  test("removes what a crash has left unfinished, a day later", async () => {
    const name = await aged("half", 1);
    const path = onDisk().find((each) => each.endsWith(name))!;
    const { renameSync } = await import("node:fs");
    renameSync(path, `${path}.part`);
    const limits = { age: HOUR / 2, size: 0 };
    expect(await store.sweep(NOW, limits)).toBe(0);
    expect(await store.sweep(NOW + 24 * HOUR, limits)).toBe(1);
    expect(onDisk()).toEqual([]);
  });

  test("a folder that is not there yet is empty", async () => {
    const none = createDiskMedia(join(dir, "none"));
    expect(await none.sweep(NOW, { age: 1, size: 1 })).toBe(0);
  });
});
