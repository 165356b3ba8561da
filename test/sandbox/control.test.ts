/** Looking into the sandbox: recorded requests, bills, options, the page. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { markers } from "../../src/sandbox/marker.ts";
import { call, get, post, quick } from "./support.ts";

const sandbox = quick();
const { url } = sandbox;
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

test("requests are recorded as they came", async () => {
  const input = { prompt: "a [sandbox logs=1]" };
  await post(`${url}/queue/fal-ai/flux/dev?fal_max_queue_length=9`, input, { "x-fal-tags": "a=b" });
  expect(sandbox.requests).toHaveLength(1);
  expect(sandbox.requests[0]).toMatchObject({
    method: "POST",
    host: "queue",
    path: "/fal-ai/flux/dev",
    query: { fal_max_queue_length: "9" },
    headers: { authorization: "Key me:secret", "x-fal-tags": "a=b" },
    body: input,
    time: expect.any(Number),
  });
  expect((await get(`${url}/sandbox/requests`)).body).toHaveLength(1);
  expect((await call("DELETE", `${url}/sandbox/requests`)).status).toBe(204);
  expect(sandbox.requests).toHaveLength(0);
});

test("large bodies and uploads are only measured", async () => {
  await post(`${url}/run/fal-ai/flux/dev`, { prompt: "a".repeat(300_000) });
  await fetch(`${url}/files/u/abc/a.bin`, { method: "PUT", body: "hello" });
  expect(sandbox.requests.map((request) => request.body)).toEqual(["[300013 bytes]", "[5 bytes]"]);
});

test("no more than about ten thousand are kept", async () => {
  for (let round = 0; round < 60; round++) {
    await Promise.all(Array.from({ length: 200 }, () => fetch(`${url}/files/none`)));
  }
  expect(sandbox.requests.length).toBeLessThanOrEqual(11_000);
  expect(sandbox.requests.length).toBeGreaterThanOrEqual(10_000);
});

test("bodies past 64 MB in all are let go, the oldest first", async () => {
  const prompt = "a".repeat(250_000);
  for (let round = 0; round < 30; round++) {
    const calls = Array.from({ length: 10 }, () => post(`${url}/rest/nowhere`, { prompt }));
    await Promise.all(calls);
  }
  const kept = sandbox.requests.filter((request) => typeof request.body !== "string");
  expect(sandbox.requests).toHaveLength(300);
  expect(kept.length).toBeLessThanOrEqual(268);
  expect(sandbox.requests[0]!.body).toBe("[250013 bytes]");
  expect(sandbox.requests.at(-1)!.body).toEqual({ prompt });
});

test("how many of a key waited and ran at any one time", async () => {
  const submit = (prompt: string) => post(`${url}/queue/fal-ai/flux/dev`, { prompt });
  const three = ["a", "b", "c"].map((prompt) => submit(`${prompt} [sandbox run=200ms]`));
  await Promise.all(three);
  await post(`${url}/run/fal-ai/flux/dev`, { prompt: "d" });
  await Bun.sleep(250);
  await post(`${url}/run/fal-ai/flux/dev`, { prompt: "e" });
  expect((await get(`${url}/sandbox/busiest`)).body).toEqual({ "me:secret": 4 });
  expect(sandbox.busiest()).toEqual({ "me:secret": 4 });
});

test("bills over HTTP", async () => {
  await post(`${url}/run/fal-ai/nano-banana`, { prompt: "a", num_images: 2 });
  const { body } = await get(`${url}/sandbox/billed`);
  expect(body[0]).toMatchObject({
    endpoint: "fal-ai/nano-banana",
    key: "me:secret",
    units: 2,
    unit: "images",
  });
});

test("options over HTTP, null for the default", async () => {
  const options = `${url}/sandbox/options`;
  const retired = { retired: ["fal-ai/flux/dev"] };
  expect((await call("PATCH", options, retired)).body).toMatchObject(retired);
  expect((await post(`${url}/run/fal-ai/flux/dev`, { prompt: "a" })).status).toBe(404);
  expect((await call("PATCH", options, { retired: null })).body).not.toHaveProperty("retired");
  expect((await post(`${url}/run/fal-ai/flux/dev`, { prompt: "a" })).status).toBe(200);
  for (const bad of [{ port: 1 }, { nothing: 1 }, { queueTime: -1 }, { keys: "a:b" }, [], "x"]) {
    expect((await call("PATCH", options, bad)).status).toBe(bad instanceof Array ? 200 : 400);
  }
});

test("the page explains every marker and every option", async () => {
  const text = await (await fetch(url)).text();
  for (const [key] of markers) expect(text).toContain(key);
  expect(text).toContain(`${url}/queue`);
});

test("browsers may call it", async () => {
  const preflight = await fetch(`${url}/queue/fal-ai/flux/dev`, { method: "OPTIONS" });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
});

test("reset forgets requests in the queue", async () => {
  const { body } = await post(`${url}/queue/fal-ai/flux/dev`, { prompt: "[sandbox queue=1m]" });
  sandbox.reset();
  expect((await get(body["status_url"])).status).toBe(404);
});

test("stop does not wait for what is still running", async () => {
  const other = quick();
  const { body } = await post(`${other.queueUrl}/fal-ai/flux/dev`, {
    prompt: "[sandbox queue=1m]",
  });
  const stream = fetch(`${body["status_url"]}/stream`, {
    headers: { authorization: "Key me:secret" },
  });
  const response = await stream;
  await other.stop();
  await response.text().catch(() => {});
  expect(await fetch(other.url).catch(() => "gone")).toBe("gone");
});
