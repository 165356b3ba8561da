/** What happens at fal when a client's connection ends: three policies, in the queue and at work. */
import { afterEach, describe, expect, test } from "bun:test";
import type { Generation } from "../../src/generation/generation.ts";
import { ask, links, until } from "../support/clients.ts";
import { cancelled, submitted } from "../support/fal.ts";
import { asBinary, type Gateway, overSocket } from "../support/gateway.ts";

const QUEUED = { prompt: "a cat [sandbox queue=5s]" };
const RUNNING = { prompt: "a cat [sandbox run=400ms]" };

let gateway: Gateway;
afterEach(() => gateway.stop());

/** A gateway whose generations can be looked at. */
async function open(policy: string): Promise<Generation[]> {
  const begun: Generation[] = [];
  gateway = await overSocket({
    env: { CANCEL_ON_DISCONNECT: policy },
    parts: ({ generations }) => ({
      generations: {
        ...generations,
        begin(asked) {
          const generation = generations.begin(asked);
          begun.push(generation);
          return generation;
        },
      },
    }),
  });
  return begun;
}

const at = (begun: Generation[], state: string) =>
  until(() => begun.flatMap((one) => one.progress()).some((status) => status?.status === state));

describe.each([
  ["queued", { IN_QUEUE: 1, IN_PROGRESS: 0 }],
  ["always", { IN_QUEUE: 1, IN_PROGRESS: 1 }],
  ["never", { IN_QUEUE: 0, IN_PROGRESS: 0 }],
] as const)("CANCEL_ON_DISCONNECT=%s", (policy, wanted) => {
  test.each([
    ["IN_QUEUE", false],
    ["IN_PROGRESS", false],
    ["IN_QUEUE", true],
    ["IN_PROGRESS", true],
  ] as const)("%s, as a stream: %p", async (state, stream) => {
    const begun = await open(policy);
    const left = new AbortController();
    const body = state === "IN_QUEUE" ? QUEUED : RUNNING;
    const leaving = ask(gateway, { ...body, stream }, {}, left.signal)
      .then((response) => response.text())
      .catch((error: Error) => error.name);
    await at(begun, state);
    left.abort();
    expect(await leaving).toBe("AbortError");
    await until(() => begun[0]!.orphaned());
    if (wanted[state] > 0) await until(() => cancelled(gateway.fal).length > 0);
    const path = "/queue/fal-ai/flux/requests/ID/cancel";
    // A log line is written at the end, so nothing is on its way any more.
    await until(() => gateway.log().some(({ message }) => message === "request"));
    expect(cancelled(gateway.fal)).toEqual(wanted[state] > 0 ? [{ method: "PUT", path }] : []);
  });
});

test("what has started is kept, and given to whoever asks for the same, retry or not", async () => {
  const begun = await open("queued");
  const left = new AbortController();
  const leaving = ask(gateway, RUNNING, {}, left.signal).catch((error: Error) => error.name);
  await at(begun, "IN_PROGRESS");
  left.abort();
  expect(await leaving).toBe("AbortError");
  await until(() => begun[0]!.orphaned());
  await links(ask(gateway, RUNNING));
  expect(submitted(gateway.fal).length).toBe(1);
  await links(ask(gateway, RUNNING));
  expect(submitted(gateway.fal).length).toBe(2);
});

test("the access log calls it 499, not an error of the gateway", async () => {
  const begun = await open("never");
  const left = new AbortController();
  void ask(gateway, RUNNING, {}, left.signal).catch(() => {});
  await at(begun, "IN_PROGRESS");
  left.abort();
  await until(() => gateway.log().some(({ message }) => message === "request"));
  expect(gateway.log()).toMatchObject([{ level: "info", message: "request", status: 499 }]);
});

test("the binary cancels as well, under a path without /v1 too", async () => {
  gateway = await asBinary();
  for (const path of ["/v1/images/generations", "/images/generations"]) {
    gateway.fal.reset();
    const left = new AbortController();
    const leaving = gateway
      .fetch(path, {
        method: "POST",
        headers: { authorization: "Bearer sk-client" },
        body: JSON.stringify({ model: "flux-dev", ...QUEUED }),
        signal: left.signal,
      })
      .catch((error: Error) => error.name);
    await until(() => submitted(gateway.fal).length === 1);
    left.abort();
    expect(await leaving).toBe("AbortError");
    await until(() => cancelled(gateway.fal).length === 1);
  }
});
