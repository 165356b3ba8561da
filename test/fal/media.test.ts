/** Fetching outputs: only from the hosts that were named, never from inside, and through broken connections. */
import { afterEach, describe, expect, test } from "bun:test";
import { createMediaSource } from "../../src/fal/media.ts";
import { createUpstream, cut, type Upstream } from "../support/upstream.ts";

const upstreams: Upstream[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
});

function serve(answer: Parameters<typeof createUpstream>[0]): Upstream {
  const upstream = createUpstream(answer);
  upstreams.push(upstream);
  return upstream;
}

const DEFAULT_HOSTS = [
  "fal.media",
  "*.fal.media",
  "fal.run",
  "*.fal.run",
  "storage.googleapis.com",
];

/** What became of a URL without any network: `fetched` when it would have been. */
async function tried(
  url: string,
  hosts: readonly string[] = DEFAULT_HOSTS,
  addresses: readonly string[] = ["192.0.2.1"],
): Promise<string> {
  const asked: string[] = [];
  const fetch = (async (target: string) => {
    asked.push(target);
    return new Response("picture");
  }) as unknown as typeof globalThis.fetch;
  const failure = await createMediaSource({ hosts, fetch, resolve: async () => addresses })
    .open(url)
    .then(
      () => undefined,
      (error: { errorType?: string; status?: number }) => error,
    );
  if (failure) expect(failure).toMatchObject({ status: 502, errorType: "media_unavailable" });
  return asked.length > 0 ? "fetched" : "refused";
}

describe("whom it asks", () => {
  test.each([
    ["https://fal.media/files/a.png", "fetched"],
    ["https://storage.googleapis.com/x/a.png", "fetched"],
    ["https://FAL.media/a.png", "fetched"],
    ["https://evil.com/a.png", "refused"],
    ["https://fal.media.evil.com/a.png", "refused"],
    ["https://notfal.media/a.png", "refused"],
    ["https://evil.com/fal.media", "refused"],
    ["https://evil.com#fal.media", "refused"],
    ["https://fal.media@evil.com/", "refused"],
    ["https://user@fal.media/", "refused"],
    ["https://user:secret@fal.media/", "refused"],
    ["https://:secret@fal.media/", "refused"],
    ["https://fal.media:8443/a.png", "refused"],
    ["https://v3.fal.media:8443/a.png", "refused"],
    ["http://127.0.0.1/a.png", "refused"],
    ["http://localhost/a.png", "refused"],
    ["http://[::1]/a.png", "refused"],
    ["http://169.254.169.254/latest/meta-data/", "refused"],
    ["http://0x7f000001/", "refused"],
    ["http://2130706433/", "refused"],
    ["ftp://fal.media/a.png", "refused"],
    ["file:///etc/passwd", "refused"],
    ["javascript:alert(1)", "refused"],
    ["not a url", "refused"],
    ["", "refused"],
  ])("%s: %s", async (url, wanted) => {
    expect(await tried(url)).toBe(wanted);
  });

  test.each([
    ["http://127.0.0.1:9/a", ["127.0.0.1:9"], "fetched"],
    ["http://127.0.0.1:10/a", ["127.0.0.1:9"], "refused"],
    ["http://127.0.0.1:9/a", ["127.0.0.1"], "refused"],
    ["http://127.0.0.1/a", ["127.0.0.1"], "fetched"],
    ["http://[::1]:9/a", ["[::1]:9"], "fetched"],
    ["http://10.0.0.5/a", ["10.0.0.5"], "fetched"],
    ["http://10.0.0.6/a", ["10.0.0.5"], "refused"],
    ["http://minio.internal:9000/a", ["minio.internal:9000"], "fetched"],
  ] as const)("%s with %j: %s", async (url, hosts, wanted) => {
    expect(await tried(url, hosts)).toBe(wanted);
  });

  const PUBLIC = "8.8.8.8";

  test.each([
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["172.16.0.1"],
    ["172.31.255.255"],
    ["192.168.1.1"],
    ["169.254.169.254"],
    ["100.64.0.1"],
    ["0.0.0.0"],
    ["198.18.0.1"],
    ["224.0.0.1"],
    ["255.255.255.255"],
    ["::1"],
    ["::"],
    ["fd00::1"],
    ["fe80::1"],
    ["ff02::1"],
    ["::ffff:127.0.0.1"],
    ["::ffff:a00:1"],
    ["64:ff9b::7f00:1"],
  ])("a subdomain that leads to %s is refused", async (address) => {
    expect(await tried("https://v3.fal.media/a", DEFAULT_HOSTS, [address])).toBe("refused");
    expect(await tried("https://v3.fal.media/a", DEFAULT_HOSTS, [PUBLIC, address])).toBe("refused");
    expect(await tried("https://v3.fal.media/a", [...DEFAULT_HOSTS, address], [address])).toBe(
      "fetched",
    );
  });

  test.each([[PUBLIC], ["172.32.0.1"], ["2606:4700::1"], ["::ffff:8.8.8.8"]])(
    "a subdomain that leads to %s is fetched from",
    async (address) => {
      expect(await tried("https://v3.fal.media/a", DEFAULT_HOSTS, [address])).toBe("fetched");
    },
  );
});

describe("redirects", () => {
  const to = (location: string, status = 302) =>
    new Response(null, { status, headers: { location } });

  test("are followed within the named hosts", async () => {
    const target = serve(
      () => new Response("picture", { headers: { "content-type": "image/png" } }),
    );
    const first = serve(() => to(`${target.url}/b.png`));
    const media = await createMediaSource({ hosts: [first.host, target.host] }).open(
      `${first.url}/a`,
    );
    expect(media.contentType).toBe("image/png");
    expect(await text(media.body)).toBe("picture");
  });

  test("to a host that is not named are not followed", async () => {
    const target = serve(() => new Response("secret"));
    const first = serve(() => to(`${target.url}/b.png`));
    const opening = createMediaSource({ hosts: [first.host] }).open(`${first.url}/a`);
    await expect(opening).rejects.toMatchObject({ errorType: "media_unavailable" });
    expect(target.asked).toEqual([]);
  });

  test.each(["http://169.254.169.254/", "file:///etc/passwd", "http://"])(
    "to %s are refused",
    async (location) => {
      const first = serve(() => to(location));
      const opening = createMediaSource({ hosts: [first.host] }).open(`${first.url}/a`);
      await expect(opening).rejects.toMatchObject({ errorType: "media_unavailable" });
    },
  );

  test("without end are given up", async () => {
    const first: Upstream = serve(() => to("/again"));
    const opening = createMediaSource({ hosts: [first.host] }).open(`${first.url}/a`);
    await expect(opening).rejects.toMatchObject({ errorType: "media_unavailable" });
    expect(first.asked.length).toBe(4);
  });
});

describe("failures", () => {
  test.each([
    [403, "media_unavailable"],
    [404, "media_gone"],
    [410, "media_gone"],
    [500, "media_unavailable"],
    [503, "media_unavailable"],
  ])("%i", async (status, errorType) => {
    const { url, host } = serve(() => new Response("no", { status }));
    const opening = createMediaSource({ hosts: [host] }).open(`${url}/a`);
    await expect(opening).rejects.toMatchObject({ status: 502, errorType });
  });

  test("nobody there", async () => {
    const { url, host, stop } = serve(() => new Response());
    await stop();
    const opening = createMediaSource({ hosts: [host] }).open(`${url}/a`);
    await expect(opening).rejects.toMatchObject({ errorType: "media_unavailable" });
  });

  test("the client's own leaving is not one", async () => {
    const { url, host } = serve(() => new Promise(() => {}));
    const left = new AbortController();
    const opening = createMediaSource({ hosts: [host] }).open(`${url}/a`, left.signal);
    left.abort();
    await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a file whose connection breaks", () => {
  const whole = Array.from({ length: 100 }, (_, index) => `${index} `).join("");

  test.each([
    ["is taken up where it broke", true],
    ["is read again where the host knows no ranges", false],
  ])("%s", async (_, ranges) => {
    const { url, host, asked } = serve((request, nth) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
      const rest = ranges ? whole.slice(from) : whole;
      const headers = { "content-length": String(rest.length) };
      const status = ranges && from > 0 ? 206 : 200;
      const body = nth < 3 ? cut(rest.slice(0, nth * 50)).body : rest;
      return new Response(body, { status, headers });
    });
    const { body } = await createMediaSource({ hosts: [host] }).open(`${url}/a`);
    expect(await text(body)).toBe(whole);
    expect(asked.length).toBe(3);
  });

  test("again and again is given up", async () => {
    const { url, host, asked } = serve(() => cut("abc", { "content-length": "100" }));
    const { body } = await createMediaSource({ hosts: [host] }).open(`${url}/a`);
    expect(await text(body).catch(() => "given up")).toBe("given up");
    expect(asked.length).toBe(4);
  });
});

describe("a part of a file", () => {
  const whole = "0123456789".repeat(20);
  /** Serves ranges as RFC 9110 has them; the first answers break off after `cuts` bytes. */
  const ranges = (cuts: number) =>
    serve((request, nth) => {
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
      if (Number(from) >= whole.length) {
        return new Response(null, { status: 416, headers: { "content-range": "bytes */200" } });
      }
      const [first, last] = [Number(from), to ? Number(to) : whole.length - 1];
      const part = whole.slice(first, last + 1);
      const headers = { "content-range": `bytes ${first}-${last}/200` };
      const body = nth < 3 && cuts > 0 ? cut(part.slice(0, cuts)).body : part;
      return new Response(body, { status: 206, headers });
    });

  test.each([
    ["as it comes", 0],
    ["taken up where it broke", 15],
  ])("%s", async (_, cuts) => {
    const { url, host } = ranges(cuts);
    const source = createMediaSource({ hosts: [host] });
    const { range, body } = await source.open(`${url}/a`, undefined, "bytes=20-99");
    expect(range).toBe("bytes 20-99/200");
    expect(await text(body)).toBe(whole.slice(20, 100));
  });

  test("that is not there", async () => {
    const { url, host } = ranges(0);
    const source = createMediaSource({ hosts: [host] });
    const { range } = await source.open(`${url}/a`, undefined, "bytes=500-");
    expect(range).toBe("bytes */200");
  });

  test("of a host that knows none is the whole", async () => {
    const { url, host } = serve(() => new Response(whole));
    const source = createMediaSource({ hosts: [host] });
    const { range, body } = await source.open(`${url}/a`, undefined, "bytes=20-99");
    expect([range, await text(body)]).toEqual([undefined, whole]);
  });

  test("is given up where the host forgets on the way that it knows ranges", async () => {
    const { url, host } = serve((_, nth) => {
      if (nth > 1) return new Response(whole);
      const headers = { "content-range": "bytes 20-99/200" };
      return new Response(cut(whole.slice(20, 40)).body, { status: 206, headers });
    });
    const source = createMediaSource({ hosts: [host] });
    const { body } = await source.open(`${url}/a`, undefined, "bytes=20-99");
    expect(await text(body).catch((error: Error) => error.message)).toContain("has changed");
  });
});

test("a data URL is decoded, without any request", async () => {
  const { contentType, length, body } = await createMediaSource({ hosts: [] }).open(
    "data:image/png;base64,aGVsbG8=",
  );
  expect([contentType, length, await text(body)]).toEqual(["image/png", 5, "hello"]);
});

test("no key goes along", async () => {
  let headers: Headers | undefined;
  const { url, host } = serve((request) => {
    headers = request.headers;
    return new Response("x");
  });
  await createMediaSource({ hosts: [host] }).open(`${url}/a`);
  expect(headers!.get("authorization")).toBeNull();
});

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
