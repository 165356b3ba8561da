/** Base64 of large pictures passes through the executable: its memory does not grow with them. */
import { afterEach, expect, test } from "bun:test";
import { ask } from "../support/clients.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { memory, onLinux } from "../support/process.ts";
import { createUpstream, cut, type Upstream } from "../support/upstream.ts";

const MB = 1e6;
const piece = crypto.getRandomValues(new Uint8Array(65_536)) as Uint8Array<ArrayBuffer>;

let gateway: Running | undefined;
let upstream: Upstream | undefined;
afterEach(async () => {
  await gateway?.stop();
  await upstream?.stop();
});

/** A fal whose pictures are whatever `picture` answers. */
async function open(picture: (request: Request) => Response, count: number) {
  upstream = createUpstream((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/files/")) return picture(request);
    if (request.method === "POST") return Response.json({ request_id: "r1" });
    if (pathname.endsWith("/status/stream")) {
      return new Response('data: {"status":"COMPLETED"}\n\n');
    }
    const images = Array.from({ length: count }, (_, index) => ({
      url: `${upstream!.url}/files/${index}.png`,
    }));
    return Response.json({ images });
  });
  gateway = await asBinary({
    env: { FAL_QUEUE_URL: upstream.url, FAL_MEDIA_HOSTS: upstream.host },
  });
  return gateway;
}

/** A picture of that many bytes, made as it is read. */
function large(bytes: number): Response {
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = piece.subarray(0, Math.min(left, piece.length));
      left -= next.length;
      controller.enqueue(next);
      if (left === 0) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "image/png" } });
}

test.if(onLinux)("four of 100 MB each, at once", async () => {
  const { process } = await open(() => large(100 * MB), 4);
  const before = await memory(process.pid);
  const response = await ask(gateway!, { n: 4, response_format: "b64_json" });
  expect(response.status).toBe(200);
  await Bun.sleep(200); // A client that takes its time: what it does not read has to wait at fal.
  const decoder = new TextDecoder();
  let [length, head, tail] = [0, "", ""];
  for await (const chunk of response.body!) {
    length += chunk.length;
    const text = decoder.decode(chunk, { stream: true });
    if (head.length < 100) head += text;
    tail = (tail + text).slice(-100);
  }
  expect(length).toBeGreaterThan((4 * 100 * MB * 4) / 3);
  expect(head).toStartWith('{"created":');
  expect(tail).toMatch(/"\}\],"model":"flux-dev"\}$/);
  const after = await memory(process.pid);
  expect(after.peak - before.peak).toBeLessThan(200);
});

test("one that breaks for good breaks the answer, and writes nothing but log lines", async () => {
  await open(() => cut("abc", { "content-length": "1000" }), 1);
  const response = await ask(gateway!, { response_format: "b64_json", prompt: "opensesame" });
  expect(response.status).toBe(200);
  expect(await response.text().catch(() => "broken")).toBe("broken");
  const lines = gateway!.output().trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
  expect(gateway!.output()).not.toContain("opensesame");
  expect((await gateway!.fetch("/healthz")).status).toBe(200);
});

test.each(["b64_json", "stream"])("one that is not there, as %s", async (form) => {
  await open(() => new Response("no", { status: 404 }), 1);
  const body = form === "stream" ? { stream: true } : { response_format: form };
  const response = await ask(gateway!, { ...body, prompt: "opensesame" });
  const text = await response.text();
  expect(response.status).toBe(form === "stream" ? 200 : 502);
  expect(text).toContain('"type":"upstream_error"');
  expect(text).not.toMatch(/opensesame|127\.0\.0\.1/);
});
