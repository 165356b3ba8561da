/** Files in a bucket: streamed there in parts, whole or not there, with links of the bucket's own. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { S3Client } from "bun";
import type { MediaStore } from "../../../src/store/media/media.ts";
import { createS3Media } from "../../../src/store/media/s3.ts";
import { type Bucket, startBucket } from "../../support/bucket.ts";

let bucket: Bucket;
let store: MediaStore;
beforeEach(() => {
  bucket = startBucket();
  const credentials = { accessKeyId: "id", secretAccessKey: "secret", region: "auto" };
  const client = new S3Client({ bucket: "bucket", endpoint: bucket.url, ...credentials });
  store = createS3Media({ url: "s3://bucket/some/prefix/", lifetime: 600, client });
});
afterEach(() => bucket.stop());

async function* pieces(count: number, bytes: number) {
  for (let index = 0; index < count; index += 1) yield new Uint8Array(bytes).fill(index);
}

const MB = 1024 * 1024;

test("a small file goes up at once, under the prefix", async () => {
  const kept = await store.put({ contentType: "image/png", body: pieces(2, 50) });
  expect(kept).toEqual({
    name: expect.stringMatching(/^[\w-]{27}\.png$/),
    bytes: 100,
    contentType: "image/png",
  });
  expect(bucket.seen).toEqual([`PUT /bucket/some/prefix/${kept.name}`]);
  expect([...bucket.objects]).toEqual([
    [
      `some/prefix/${kept.name}`,
      {
        type: "image/png",
        bytes: Buffer.concat([Buffer.alloc(50, 0), Buffer.alloc(50, 1)]) as never,
      },
    ],
  ]);
});

test("a large one goes up in parts of the least size that S3 takes", async () => {
  const kept = await store.put({ contentType: "video/mp4", body: pieces(12 * 16, MB / 16) });
  expect(kept.bytes).toBe(12 * MB);
  const methods = bucket.seen.map((line) => line.split(" ")[0]);
  expect(methods).toEqual(["POST", "PUT", "PUT", "PUT", "POST"]);
  const [object] = bucket.objects.values();
  expect(object!.bytes.length).toBe(12 * MB);
  expect([object!.bytes[0], object!.bytes.at(-1)]).toEqual([0, 12 * 16 - 1]);
});

test.each([
  ["small", 2],
  ["large", 8 * 16],
])("of a %s file whose source breaks nothing is there", async (_, count) => {
  async function* broken() {
    yield* pieces(count, MB / 16);
    throw new Error("cut");
  }
  await expect(store.put({ contentType: "video/mp4", body: broken() })).rejects.toThrow("cut");
  await Bun.sleep(50);
  expect(bucket.objects.size).toBe(0);
});

test("a hiccup is tried again, a bucket that is down is an error", async () => {
  bucket.fail(500, 1);
  const kept = await store.put({ contentType: "image/png", body: pieces(1, 9) });
  expect(bucket.objects.has(`some/prefix/${kept.name}`)).toBe(true);
  bucket.fail(500, 99);
  await expect(store.put({ contentType: "image/png", body: pieces(1, 9) })).rejects.toThrow();
});

test("it is opened whole or in part", async () => {
  const { name } = await store.put({ contentType: "video/mp4", body: pieces(10, 10) });
  const file = await store.open(name);
  expect([file?.bytes, file?.contentType]).toEqual([100, "video/mp4"]);
  const read = async (range?: { from: number; to: number }) =>
    (await new Response(file!.read(range)).bytes()).length;
  expect([await read(), await read({ from: 5, to: 24 })]).toEqual([100, 20]);
});

test("no other name is even asked for", async () => {
  expect(await store.open("../secret.png")).toBeUndefined();
  expect(bucket.seen).toEqual([]);
  expect(await store.open("AAAAAAAAAAAAAAAAAAAAAAAAAAA.mp4")).toBeUndefined();
});

test("a link needs no credentials, and ends", async () => {
  const { name } = await store.put({ contentType: "image/png", body: pieces(1, 9) });
  const link = store.link(name)!;
  expect(link).toContain("X-Amz-Expires=600");
  expect(link).not.toContain("secret");
  expect((await (await fetch(link)).bytes()).length).toBe(9);
  expect((await fetch(link.split("?")[0]!)).status).toBe(403);
});

test("remove takes it away", async () => {
  const { name } = await store.put({ contentType: "image/png", body: pieces(1, 9) });
  await store.remove(name);
  expect(bucket.objects.size).toBe(0);
});
