/** Constant files: compressed for those who can read it, and sent once. */
import { expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { asset } from "../../src/http/asset.ts";

const TEXT = "lighthouse ".repeat(1000);

function serve() {
  let reads = 0;
  const read = () => {
    reads += 1;
    return new TextEncoder().encode(TEXT);
  };
  const file = asset(read, { "content-type": "text/plain" });
  const get = (headers: Record<string, string> = {}) =>
    file(new Request("http://localhost/file", { headers }));
  return { get, reads: () => reads };
}

const ACCEPT: readonly (readonly [header: string | undefined, coding: string | null])[] = [
  [undefined, null],
  ["", null],
  ["gzip", "gzip"],
  ["br, gzip;q=0.5", "gzip"],
  ["GZIP", "gzip"],
  ["*", "gzip"],
  ["br", null],
  ["gzip;q=0", null],
  ["*, gzip;q=0", null],
  ["gzip; q=0.000", null],
];

test.each(ACCEPT)("accept-encoding %p gives %p", async (header, coding) => {
  const { get } = serve();
  const response = await get(header === undefined ? {} : { "accept-encoding": header });
  expect(response.headers.get("content-encoding")).toBe(coding);
  expect(response.headers.get("vary")).toBe("accept-encoding");
  const bytes = Buffer.from(await response.arrayBuffer());
  expect((coding ? gunzipSync(bytes) : bytes).toString()).toBe(TEXT);
});

test("the two forms have strong tags of their own, which last", async () => {
  const { get } = serve();
  const [plain, packed, again] = await Promise.all([
    get(),
    get({ "accept-encoding": "gzip" }),
    serve().get(),
  ]);
  expect(plain.headers.get("etag")).toMatch(/^"\w+"$/);
  expect(packed.headers.get("etag")).not.toBe(plain.headers.get("etag"));
  expect(again.headers.get("etag")).toBe(plain.headers.get("etag"));
});

test("whoever has it gets 304 without a body", async () => {
  const { get, reads } = serve();
  const etag = (await get()).headers.get("etag")!;
  for (const held of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const response = await get({ "if-none-match": held });
    expect(response.status).toBe(304);
    expect(response.headers.get("etag")).toBe(etag);
    expect(await response.text()).toBe("");
  }
  expect((await get({ "if-none-match": '"other"' })).status).toBe(200);
  expect(reads()).toBe(1);
});
