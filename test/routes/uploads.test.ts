/** Files on their way to fal's storage through falgate: in one piece, in parts, as Python sends them, as a form. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { received } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES, type Start } from "../support/gateway.ts";
import { asked, call, expectNoClientKey, natively } from "../native/support.ts";

const BYTES = new TextEncoder().encode("the bytes of a picture");

const sha = (bytes: Uint8Array | ArrayBuffer) =>
  new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

/** What fal's storage holds under an address. */
const held = async (url: string) => {
  const response = await fetch(url);
  return { type: response.headers.get("content-type"), sha: sha(await response.arrayBuffer()) };
};

describe.each(PLACES)("uploads, %s", (_, start: Start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => {
    expectNoClientKey(gateway);
    return gateway.stop();
  });

  const json = async (response: Response) => (await response.json()) as Record<string, string>;
  const initiate = async (name: string, more: object = {}) =>
    json(
      await call(gateway, {
        path: `/rest/storage/upload/${name}?storage_type=fal-cdn-v3`,
        body: { content_type: "image/png", file_name: "a b.png", ...more },
      }),
    );
  /** As a client does: no key goes to an upload address. */
  const send = (url: string, method: string, body: string | Uint8Array, headers = {}) =>
    gateway.fetch(url.replace(gateway.url, ""), { method, body: body as string, headers });

  test("in one piece, as the JavaScript client does it", async () => {
    gateway.fal.reset();
    const { upload_url, file_url } = await initiate("initiate");
    expect(upload_url).toStartWith(`${gateway.url}/uploads/`);
    expect(file_url).toStartWith(`${gateway.fal.url}/files/`);
    const put = await send(upload_url!, "PUT", BYTES, { "content-type": "image/png" });
    expect(put.status).toBe(200);
    expect(await held(file_url!)).toEqual({ type: "image/png", sha: sha(BYTES) });
    const [sent] = received(gateway.fal).filter(({ method }) => method === "PUT");
    expect(sent!.headers).toMatchObject({ "content-type": "image/png", "content-length": "22" });
    expect(sent!.headers).not.toHaveProperty("authorization");
  });

  test("in parts", async () => {
    const { upload_url, file_url } = await initiate("initiate-multipart");
    const parts = [new Uint8Array(3_000_000).fill(1), new Uint8Array(10).fill(2)];
    const done: unknown[] = [];
    for (const [index, part] of parts.entries()) {
      const response = await send(`${upload_url}/${index + 1}`, "PUT", part);
      const answer = await json(response);
      expect(answer).toMatchObject({ partNumber: index + 1, etag: response.headers.get("etag") });
      done.push(answer);
    }
    const complete = await send(`${upload_url}/complete`, "POST", JSON.stringify({ parts: done }), {
      "content-type": "application/json",
    });
    expect(complete.status).toBe(200);
    expect((await held(file_url!)).sha).toBe(sha(Buffer.concat(parts)));
  });

  test("with a token, as the Python client does it", async () => {
    const { token, token_type, base_url } = await json(
      await call(gateway, { path: "/rest/storage/auth/token?storage_type=fal-cdn-v3", body: {} }),
    );
    expect(base_url).toStartWith(`${gateway.url}/uploads/`);
    const authorization = `${token_type} ${token}`;
    const upload = await send(`${base_url}/files/upload`, "POST", BYTES, {
      ...{ authorization, "content-type": "image/png", "x-fal-file-name": "a.png" },
    });
    const { access_url } = await json(upload);
    expect((await held(access_url!)).sha).toBe(sha(BYTES));

    // Only what came with the ticket goes along with it: a key of falgate's never does.
    gateway.fal.reset();
    const wrong = await send(`${base_url}/files/upload`, "POST", BYTES, {
      authorization: `Key ${CLIENT_KEY}`,
    });
    expect(wrong.status).toBe(401);
    expect(received(gateway.fal)[0]!.headers).not.toHaveProperty("authorization");
  });

  test("as a form, of any size, the file anywhere in it", async () => {
    for (const size of [1, 5_000_000, 25_000_000]) {
      const bytes = new Uint8Array(size).fill(size % 251);
      const form = new FormData();
      form.set("purpose", "vision");
      form.set("file", new File([bytes], "größe.bin", { type: "application/x-thing" }));
      const response = await gateway.fetch("/files", {
        method: "POST",
        headers: { authorization: `Bearer ${CLIENT_KEY}` },
        body: form,
      });
      expect(response.status).toBe(200);
      const { url } = await json(response);
      expect(await held(url!)).toEqual({ type: "application/x-thing", sha: sha(bytes) });
    }
  });

  test("addresses that are forged, or lead elsewhere", async () => {
    const { upload_url } = await initiate("initiate");
    gateway.fal.reset();
    const ticket = upload_url!.split("/").at(-1)!;
    const [text, signature] = ticket.split(".");
    const elsewhere = Buffer.from(`${Date.now() + 1e6} http://169.254.169.254/`).toString(
      "base64url",
    );
    for (const [path, status] of [
      [`/uploads/${elsewhere}.${signature}`, 403],
      [`/uploads/${text}.`, 403],
      [`/uploads/${text}`, 403],
      [`/uploads/${text}.${"A".repeat(24)}`, 403],
      ["/uploads/nonsense", 403],
      [`/uploads/${ticket}/..%2f..%2fkeys`, 404],
      [`/uploads/${ticket}/a;b`, 404],
      [`/uploads/${ticket}/@evil`, 404],
      [`/uploads/${ticket}//evil.example`, 404],
    ] as const) {
      const response = await send(path, "PUT", BYTES);
      expect([path, response.status, await json(response)]).toEqual([
        path,
        status,
        { detail: expect.any(String), message: expect.any(String) } as never,
      ]);
    }
    expect((await gateway.fetch(`/uploads/${ticket}`)).status).toBe(405);
    expect(received(gateway.fal)).toEqual([]);
  });
});

const begin = (path: string) => ({ path, body: { content_type: "image/png", file_name: "a.png" } });
const MULTIPART = { "content-type": "multipart/form-data; boundary=x" };
const notForm = {
  error: {
    message: "The request body is not valid multipart/form-data.",
    type: "invalid_request_error",
    param: null,
    code: "invalid_form",
  },
};

natively(
  "uploads that are refused",
  [
    ...["/rest/storage/upload/other", "/rest/keys", "/rest/", "/rest/tokens/../keys"].map(
      (path) => ({
        name: path,
        send: begin(path),
        expect: { status: 404 },
      }),
    ),
    {
      name: "GET of an initiation",
      send: { path: "/rest/storage/upload/initiate" },
      expect: { status: 405 },
    },
    {
      name: "a body that is not JSON",
      send: { path: "/rest/storage/upload/initiate", body: "{" },
      expect: { status: 422, text: /not valid JSON/ },
    },
    {
      name: "what fal itself refuses, in fal's words",
      send: { path: "/rest/storage/upload/initiate", body: { file_name: "a" } },
      fal: [{ method: "POST", path: "/rest/storage/upload/initiate", body: { file_name: "a" } }],
      expect: { status: 422, text: /"loc":\["body","content_type"\].*"message":/ },
    },
    ...["/rest/storage/upload/initiate", "/rest/tokens/", "/files"].map((path) => ({
      name: `${path} without a key`,
      send: { ...begin(path), headers: { authorization: null } },
      expect: { status: 401 },
    })),
    {
      name: "a file that is too large",
      send: { path: "/files", body: `--x\r\n${"a".repeat(1_100_000)}`, headers: MULTIPART },
      expect: { status: 413, text: /larger than 1 MB/ },
    },
    {
      name: "a form that is none",
      send: { path: "/files", body: "nonsense", headers: MULTIPART },
      expect: { status: 400, body: notForm },
    },
    {
      name: "a form without a boundary",
      send: { path: "/files", body: "--x--", headers: { "content-type": "multipart/form-data" } },
      expect: { status: 400, body: notForm },
    },
    {
      name: "a form that breaks off",
      send: {
        path: "/files",
        body: '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nbytes',
        headers: MULTIPART,
      },
      expect: { status: 400, body: notForm },
    },
    {
      name: "a form without a file",
      send: {
        path: "/files",
        body: '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
        headers: MULTIPART,
      },
      expect: { status: 400, text: /has no file/ },
    },
    {
      name: "a file that is empty",
      send: {
        path: "/files",
        body: '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n--x--\r\n',
        headers: MULTIPART,
      },
      expect: { status: 400, text: /or an empty one/ },
    },
    {
      name: "JSON in place of a form",
      send: { path: "/files", body: { file: "a" } },
      expect: { status: 400, text: /multipart\/form-data, in the field 'file'/ },
    },
  ],
  { env: { MAX_UPLOAD_SIZE: "1" } },
);

describe.each(PLACES)("an upload past the limit, %s", (_, start: Start) => {
  test("at its address: refused by what is counted, not only by what is said", async () => {
    const gateway = await start({ env: { MAX_UPLOAD_SIZE: "1" } });
    const response = await call(gateway, begin("/rest/storage/upload/initiate"));
    const { upload_url } = (await response.json()) as { upload_url: string };
    const path = upload_url.replace(gateway.url, "");
    const said = await gateway.fetch(path, { method: "PUT", body: new Uint8Array(1_000_001) });
    expect([said.status, await said.text()]).toEqual([
      413,
      expect.stringContaining("1 MB") as never,
    ]);
    async function* pieces() {
      for (let piece = 0; piece < 40; piece += 1) yield new Uint8Array(65_536);
    }
    const counted = await gateway.fetch(path, {
      method: "PUT",
      body: pieces() as never,
      duplex: "half",
    } as RequestInit);
    expect([counted.status, await counted.text()]).toEqual([
      413,
      expect.stringContaining("1 MB") as never,
    ]);
    expect(asked(gateway.fal, /^PUT/)).toEqual([]);
    await gateway.stop();
  });
});
