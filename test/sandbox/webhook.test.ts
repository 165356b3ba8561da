/** Webhooks: what arrives, how it is signed, and how often it is tried. */
import { afterAll, expect, test } from "bun:test";
import { createHash, createPublicKey, verify } from "node:crypto";
import { get, type Json, post, quick } from "./support.ts";

const sandbox = quick({ webhookRetry: 1 });
const received: { headers: Headers; text: string; body: Json }[] = [];
const answers: number[] = [];
let arrived = Promise.withResolvers<void>();
const listener = Bun.serve({
  port: 0,
  async fetch(request) {
    const text = await request.text();
    received.push({ headers: request.headers, text, body: JSON.parse(text) as Json });
    const status = answers.shift() ?? 200;
    if (status === 200) arrived.resolve();
    return new Response(null, { status });
  },
});
afterAll(() => Promise.all([sandbox.stop(), listener.stop(true)]));

async function deliver(prompt: string) {
  arrived = Promise.withResolvers();
  received.length = 0;
  const url = `${sandbox.queueUrl}/fal-ai/flux/dev?fal_webhook=${encodeURIComponent(listener.url.href)}`;
  const { body } = await post(url, { prompt });
  await arrived.promise;
  return { id: body["request_id"] as string, last: received.at(-1)! };
}

test("OK with the output, signed", async () => {
  const { id, last } = await deliver("a");
  expect(last.body).toMatchObject({ request_id: id, gateway_request_id: id, status: "OK" });
  expect(last.body["payload"].images).toHaveLength(1);

  const header = (name: string) => last.headers.get(`x-fal-webhook-${name}`)!;
  const digest = createHash("sha256").update(last.text).digest("hex");
  const message = [header("request-id"), header("user-id"), header("timestamp"), digest].join("\n");
  const { keys } = (await get(`${sandbox.restUrl}/.well-known/jwks.json`)).body as Json;
  const key = createPublicKey({ key: keys[0], format: "jwk" });
  const signature = Buffer.from(header("signature"), "hex");
  expect(verify(null, Buffer.from(message), key, signature)).toBe(true);
  expect(header("request-id")).toBe(id);
});

test("ERROR with the detail", async () => {
  const { last } = await deliver("[sandbox error=content_policy_violation]");
  expect(last.body).toMatchObject({ status: "ERROR", error: "Invalid status code: 422" });
  expect(last.body["payload"].detail[0].type).toBe("content_policy_violation");
});

test("again until it listens", async () => {
  answers.push(500, 503);
  await deliver("a");
  expect(received).toHaveLength(3);
});
