/** Storage and tokens, the JavaScript client's way and Python's. */
import { afterAll, describe, expect, test } from "bun:test";
import { call, post, quick } from "./support.ts";

const sandbox = quick();
const { restUrl, url } = sandbox;
afterAll(() => sandbox.stop());

const described = { content_type: "text/plain", file_name: "a b.txt" };

async function read(address: string) {
  const response = await fetch(address);
  return [response.headers.get("content-type"), await response.text()];
}

describe("uploads", () => {
  test("initiate, then PUT without a key", async () => {
    const initiate = `${restUrl}/storage/upload/initiate?storage_type=fal-cdn-v3`;
    const { status, body } = await post(initiate, described);
    expect(status).toBe(200);
    expect(body["file_url"]).toStartWith(`${url}/files/u/`);
    expect((await fetch(body["file_url"])).status).toBe(404);
    const put = await fetch(body["upload_url"], { method: "PUT", body: "hello" });
    expect(put.status).toBe(200);
    expect(await read(body["file_url"])).toEqual(["text/plain", "hello"]);
  });

  test("in parts, in the order that complete names", async () => {
    const { body } = await post(`${restUrl}/storage/upload/initiate-multipart`, described);
    const at = new URL(body["upload_url"]);
    const part = (name: string) => `${at.origin}${at.pathname}/${name}${at.search}`;
    const parts = [];
    for (const [number, text] of [
      [2, "world"],
      [1, "hello "],
    ] as const) {
      const put = await fetch(part(String(number)), { method: "PUT", body: text });
      const told = (await put.json()) as { partNumber: number; etag: string };
      expect(put.headers.get("etag")).toBe(told.etag);
      parts.push(told);
    }
    const sorted = parts.sort((a, b) => a.partNumber - b.partNumber);
    const complete = await call("POST", part("complete"), { parts: sorted });
    expect(complete.status).toBe(200);
    expect(await read(body["file_url"])).toEqual(["text/plain", "hello world"]);
  });

  test("a missing part", async () => {
    const { body } = await post(`${restUrl}/storage/upload/initiate-multipart`, described);
    const complete = body["upload_url"].replace("?", "/complete?");
    const answer = await call("POST", complete, { parts: [{ partNumber: 1, etag: "x" }] });
    expect(answer.status).toBe(400);
  });

  test("Python: a token, then the whole file or parts", async () => {
    const { body } = await post(`${restUrl}/storage/auth/token?storage_type=fal-cdn-v3`, {});
    expect(body).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: "Bearer",
      base_url: url,
      expires_at: expect.stringMatching(/^\d{4}-/),
    });
    const headers = {
      authorization: `${body["token_type"]} ${body["token"]}`,
      "x-fal-file-name": "a.txt",
      "content-type": "text/plain",
    };
    const whole = await call("POST", `${url}/files/upload`, "hello", headers);
    expect(await read(whole.body["access_url"])).toEqual(["text/plain", "hello"]);
    const begun = await call(
      "POST",
      `${body["base_url"]}/files/upload/multipart`,
      undefined,
      headers,
    );
    const { access_url, uploadId } = begun.body;
    const put = await fetch(`${access_url}/multipart/${uploadId}/1`, {
      method: "PUT",
      body: "part",
    });
    const etag = put.headers.get("etag");
    expect(etag).toBeString();
    const parts = [{ partNumber: 1, etag }];
    await call("POST", `${access_url}/multipart/${uploadId}/complete`, { parts });
    expect((await read(access_url))[1]).toBe("part");
    const refused = await call("POST", `${url}/files/upload`, "x", { authorization: "Bearer x" });
    expect(refused.status).toBe(401);
  });

  test("what is missing is named", async () => {
    const answer = await post(`${restUrl}/storage/upload/initiate`, { file_name: "a" });
    expect(answer.status).toBe(422);
    expect(answer.body["detail"][0].loc).toEqual(["body", "content_type"]);
  });
});

describe("tokens", () => {
  for (const [path, body] of [
    ["/tokens/", { allowed_apps: ["flux"], token_expiration: 120 }],
    ["/tokens/realtime", { allowed_apps: ["fal-ai/flux"], duration: 60 }],
  ] as const) {
    test(path, async () => {
      const { status, body: token } = await post(restUrl + path, body);
      expect(status).toBe(200);
      const claims = JSON.parse(Buffer.from(String(token).split(".")[1]!, "base64url").toString());
      expect(claims.allowed_apps).toEqual(body.allowed_apps);
      const stream = `${sandbox.runUrl}/fal-ai/any-llm/stream?fal_jwt_token=${String(token)}`;
      const input = JSON.stringify({ prompt: "hi" });
      expect((await fetch(stream, { method: "POST", body: input })).status).toBe(200);
    });
  }

  test("a token nobody issued, and one for no app", async () => {
    const stream = `${sandbox.runUrl}/fal-ai/any-llm/stream?fal_jwt_token=a.b.c`;
    expect((await fetch(stream, { method: "POST", body: "{}" })).status).toBe(401);
    expect((await post(`${restUrl}/tokens/`, {})).status).toBe(422);
  });
});
