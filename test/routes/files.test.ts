/** Kept media at the wire: what the links lead to, whole and in ranges, and what fal is asked for. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetched, submitted } from "../support/fal.ts";
import { startBucket } from "../support/bucket.ts";
import { asBinary, CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";

const sha256 = (bytes: Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

describe.each(PLACES)("kept on the disk, %s", (place, start) => {
  const dir = mkdtempSync(join(tmpdir(), "falgate-files-"));
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({ env: { MEDIA_STORE: "disk", DATA_DIR: dir, MEDIA_RETENTION: "2" } });
  });
  afterAll(async () => {
    await gateway.stop();
    rmSync(dir, { recursive: true });
  });
  beforeEach(() => gateway.fal.reset());

  const own = place === "in process" ? "http://localhost" : /http:\/\/127\.0\.0\.1:\d+/.source;
  const link = (ending: string) =>
    expect.stringMatching(new RegExp(`^${own}/files/[\\w-]{27}\\.${ending}$`));

  const post = (path: string, body: object) =>
    gateway.fetch(path, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify(body),
    });

  const open = (url: string, init?: RequestInit) => gateway.fetch(new URL(url).pathname, init);

  type Answer = { data: { url: string; b64_json: string }[] };

  const draw = async (fields: object = {}) =>
    (await (
      await post("/v1/images/generations", { model: "flux-dev", prompt: "a cat", ...fields })
    ).json()) as Answer;

  test("pictures are handed out under falgate's own links, and are what fal made", async () => {
    const { data } = await draw({ n: 2 });
    expect(data).toEqual([{ url: link("jpg") }, { url: link("jpg") }] as never);
    const made = fetched(gateway.fal);
    expect(made.length).toBe(2);
    const theirs = await Promise.all(
      made.map(async ({ path }) =>
        sha256(await (await fetch(`${gateway.fal.url}/files${path}`)).bytes()),
      ),
    );
    const ours = await Promise.all(
      data.map(async ({ url }) => sha256(await (await open(url)).bytes())),
    );
    expect(ours.toSorted()).toEqual(theirs.toSorted());
  });

  test("base64 is read from what was kept: fal is asked for the file once", async () => {
    const { data } = await draw({ response_format: "b64_json", prompt: "another cat" });
    expect(data[0]!.b64_json.length).toBeGreaterThan(100);
    expect(fetched(gateway.fal).length).toBe(1);
  });

  test("another kind of file is made behind a link, and the answer says nothing of it", async () => {
    const response = await post("/v1/images/generations", {
      ...{ model: "flux-dev", prompt: "a webp", output_format: "webp" },
    });
    const { data } = (await response.json()) as Answer;
    expect(response.headers.get("x-falgate-adjusted")).toBeNull();
    expect(data[0]).toEqual({ url: link("webp") } as never);
    const file = await open(data[0]!.url);
    expect(file.headers.get("content-type")).toBe("image/webp");
    expect(await new Bun.Image(await file.bytes()).metadata()).toMatchObject({ format: "webp" });
  });

  test("a conversation shows falgate's link, and edits what it leads to", async () => {
    const first = await post("/v1/chat/completions", {
      ...{ model: "nano-banana", messages: [{ role: "user", content: "a cat" }] },
    });
    const { choices } = (await first.json()) as { choices: { message: { content: string } }[] };
    const { content } = choices[0]!.message;
    const [, url] = /!\[[^\]]*\]\(([^)]+)\)/.exec(content) ?? [];
    expect(url).toEqual(link("(png|jpg)"));
    gateway.fal.reset();
    await post("/v1/chat/completions", {
      model: "nano-banana",
      messages: [
        { role: "user", content: "a cat" },
        { role: "assistant", content },
        { role: "user", content: "now with a hat" },
      ],
    });
    const [upload, edit] = submitted(gateway.fal);
    expect(upload?.path).toStartWith("/rest/storage/upload/initiate");
    expect(edit).toMatchObject({
      path: "/queue/fal-ai/nano-banana/edit",
      body: { prompt: "now with a hat", image_urls: [expect.stringMatching(/^stored:/)] },
    });
    expect(JSON.stringify(edit)).not.toContain(url!);
  });

  test("speech is kept, and read from there", async () => {
    const response = await post("/v1/audio/speech", {
      ...{ model: "tts-1", input: "Hello", voice: "alloy", response_format: "mp3" },
    });
    expect((await response.bytes()).length).toBeGreaterThan(0);
    expect(fetched(gateway.fal).length).toBe(1);
  });

  describe("a link", () => {
    let url: string;
    let bytes: Uint8Array;
    beforeAll(async () => {
      url = (await draw({ prompt: "ranges" })).data[0]!.url;
      bytes = await (await open(url)).bytes();
    });

    test("needs no key, and may be cached for as long as the file is kept", async () => {
      const { status, headers } = await open(url);
      expect(status).toBe(200);
      expect(Object.fromEntries(headers)).toMatchObject({
        "content-type": "image/jpeg",
        "content-length": String(bytes.length),
        "accept-ranges": "bytes",
        "cache-control": "public, max-age=172800, immutable",
        "x-content-type-options": "nosniff",
        "access-control-allow-origin": "*",
      });
    });

    test.each([
      ["bytes=0-99", 0, 99],
      ["bytes=100-", 100, -1],
      ["bytes=-50", -50, -1],
      ["bytes=0-0", 0, 0],
      ["bytes=10-99999999", 10, -1],
      ["bytes=-99999999", 0, -1],
    ])("%s", async (range, from, to) => {
      const response = await open(url, { headers: { range } });
      const [first, last] = [from, to].map((at) => (at < 0 ? bytes.length + at : at));
      expect(response.status).toBe(206);
      expect(response.headers.get("content-range")).toBe(`bytes ${first}-${last}/${bytes.length}`);
      expect(response.headers.get("content-length")).toBe(String(last! - first! + 1));
      expect(sha256(await response.bytes())).toBe(sha256(bytes.subarray(first, last! + 1)));
    });

    test.each(["bytes=99999999-", "bytes=5-2", "bytes=-0"])("%s cannot be", async (range) => {
      const response = await open(url, { headers: { range } });
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe(`bytes */${bytes.length}`);
    });

    test.each(["items=0-5", "bytes=0-1,4-5", "bytes=x-y", "bytes=-"])(
      "%s is answered with the whole",
      async (range) => {
        const response = await open(url, { headers: { range } });
        expect([response.status, (await response.bytes()).length]).toEqual([200, bytes.length]);
      },
    );

    test("HEAD tells the size alone", async () => {
      const response = await open(url, { method: "HEAD" });
      expect([response.status, response.headers.get("content-length")]).toEqual([
        200,
        String(bytes.length),
      ]);
      expect((await response.bytes()).length).toBe(0);
    });

    test("is not sent again to who has it", async () => {
      const etag = (await open(url)).headers.get("etag")!;
      const response = await open(url, { headers: { "if-none-match": etag } });
      expect([response.status, (await response.bytes()).length]).toEqual([304, 0]);
    });

    test.each([
      "/files/AAAAAAAAAAAAAAAAAAAAAAAAAAA.mp4",
      "/files/..%2f..%2fetc%2fpasswd",
      "/files/%2e%2e%2ffalgate.db",
      "/files/x",
    ])("%s is nothing", async (path) => {
      const response = await gateway.fetch(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    });
  });

  test("nothing unfinished lies about", () => {
    const names = readdirSync(join(dir, "media"), { recursive: true }).map(String);
    expect(names.filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

test("what cannot be kept is handed out under fal's own link, and the log says why", async () => {
  const [, start] = PLACES[0]!;
  const gateway = await start({
    env: { MEDIA_STORE: "disk", DATA_DIR: "/proc/nowhere" },
  });
  const response = await gateway.fetch("/v1/images/generations", {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify({ model: "flux-dev", prompt: "a cat" }),
  });
  const { data } = (await response.json()) as { data: { url: string }[] };
  expect(data[0]!.url).toStartWith(`${gateway.fal.url}/files/`);
  expect(gateway.log()).toContainEqual(
    expect.objectContaining({
      level: "error",
      message: "an output could not be kept, fal's own link is handed out",
    }),
  );
  await gateway.stop();
});

test("in a bucket: links are the bucket's own, and lead to what fal made", async () => {
  const bucket = startBucket("pictures");
  const gateway = await asBinary({
    env: {
      MEDIA_STORE: "s3://pictures/made/here",
      S3_ENDPOINT: bucket.url,
      S3_ACCESS_KEY_ID: "id",
      S3_SECRET_ACCESS_KEY: "bucket-secret",
    },
  });
  const response = await gateway.fetch("/v1/images/generations", {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify({ model: "flux-dev", prompt: "a cat", output_format: "png" }),
  });
  const { data } = (await response.json()) as { data: { url: string }[] };
  const [{ url } = { url: "" }] = data;
  expect(url).toStartWith(`${bucket.url}/pictures/made/here/`);
  expect(url).toContain("X-Amz-Signature=");
  const file = await fetch(url);
  expect(file.headers.get("content-type")).toBe("image/png");
  expect(await new Bun.Image(await file.bytes()).metadata()).toMatchObject({ format: "png" });
  expect(gateway.output()).not.toContain("bucket-secret");
  await Promise.all([gateway.stop(), bucket.stop()]);
});

test("a bucket without credentials stops the start, and says what to set", async () => {
  const starting = asBinary({ env: { MEDIA_STORE: "s3://pictures" } });
  await expect(starting).rejects.toThrow(/MEDIA_STORE is "s3:\/\/pictures".*S3_ACCESS_KEY_ID/);
});
