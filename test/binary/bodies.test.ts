/** Bodies and heads that are too large, sent to the executable: the right answer, and no memory spent. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { submitted } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { memory, onLinux } from "../support/process.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await asBinary();
});
afterAll(() => gateway.stop());

const PATH = "/v1/images/generations";
const authorization = `Bearer ${CLIENT_KEY}`;

const TOO_LARGE = {
  error: {
    message: "The request body is larger than 64 MB.",
    type: "invalid_request_error",
    param: null,
    code: "request_too_large",
  },
};

/** curl's head and body; unlike `fetch` it reads an answer that comes before its body is sent. */
async function curl(...args: string[]): Promise<{ status: number; body: unknown }> {
  const command = ["curl", "-sS", "-i", "-H", "Expect:", "-H", `Authorization: ${authorization}`];
  const child = Bun.spawn([...command, ...args], { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  const [head = "", body = ""] = text.split("\r\n\r\n").slice(-2);
  return { status: Number(head.split(" ")[1]), body: body === "" ? undefined : JSON.parse(body) };
}

/** A file of that many bytes that takes no room. */
async function file(bytes: number): Promise<string> {
  const path = `/tmp/falgate-${process.pid}-${bytes}`;
  await Bun.spawn(["truncate", "-s", String(bytes), path]).exited;
  return path;
}

// First, while the peak is still that of a process at rest.
test.if(onLinux)("a body that nobody asked for costs no memory", async () => {
  const path = await file(1e9);
  const before = await memory(gateway.process.pid);
  for (const target of [
    `${gateway.url}/v1/nothing`,
    `${gateway.url}/healthz`,
    gateway.url + PATH,
  ]) {
    const answer = await curl("-X", "POST", "-T", path, target);
    expect([404, 405, 413]).toContain(answer.status);
  }
  const after = await memory(gateway.process.pid);
  await Bun.file(path).delete();
  expect(after.peak - before.peak).toBeLessThan(50);
});

test.each([
  ["100 MB", 100e6, []],
  ["100 MB without a stated length", 100e6, ["-H", "Transfer-Encoding: chunked"]],
  ["just above the limit", 64e6 + 1, []],
  ["just above the limit, without a stated length", 64e6 + 1, ["-H", "Transfer-Encoding: chunked"]],
] as const)("%s: 413 in OpenAI's form", async (_, bytes, more) => {
  const path = await file(bytes);
  const answer = await curl(...more, "-X", "POST", "-T", path, gateway.url + PATH);
  expect(answer).toEqual({ status: 413, body: TOO_LARGE });
  await Bun.file(path).delete();
});

test("what is as large as it may be is read", async () => {
  const prompt = "a".repeat(2e6);
  const response = await gateway.fetch(PATH, {
    method: "POST",
    headers: { authorization },
    body: JSON.stringify({ model: "flux-dev", prompt, padding: "b".repeat(60e6) }),
  });
  expect(response.status).toBe(200);
  expect(submitted(gateway.fal).length).toBe(1);
});

test("a head of 64 KB is refused, and the process lives on", async () => {
  const response = await gateway.fetch("/healthz", { headers: { "x-big": "a".repeat(65_536) } });
  expect(response.status).toBe(431);
  expect((await gateway.fetch("/healthz")).status).toBe(200);
});
