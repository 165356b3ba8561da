/** Films in conversation are tasks: no restart and no client that leaves loses one that is paid. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTaskStore } from "../../src/store/tasks/tasks.ts";
import { BEGUN } from "../../src/generation/task.ts";
import { cancelled, fastFal, submitted } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, type Gateway, inProcess, overSocket } from "../support/gateway.ts";
import { until } from "../support/clients.ts";
import { closeDatabases, emptyDatabase } from "../support/state.ts";
import { get, good } from "../support/videos.ts";
import { leasesLapse } from "../support/engine.ts";

const PATH = "/v1/chat/completions";
const MODEL = "veo3-fast";

interface Told {
  id: string;
  status: string;
  kind: string;
  progress: number;
  media: { url: string }[];
}

function talk(
  gateway: Gateway,
  content: string,
  more: object = {},
  init: RequestInit = {},
): Promise<Response> {
  return gateway.fetch(PATH, {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content }], ...more }),
    ...init,
  });
}

const said = async (response: Response) => {
  const answer = (await response.json()) as { choices: { message: { content: string } }[] };
  return answer.choices[0]!.message.content;
};

const tasksOf = async (gateway: Gateway) =>
  (await good<{ data: Told[] }>(get(gateway, "/v1/tasks"))).data;

/** Asks, and leaves as soon as that is so. */
async function leave(gateway: Gateway, content: string, when: () => unknown, more: object = {}) {
  const controller = new AbortController();
  const asked = talk(gateway, content, more, { signal: controller.signal }).catch(() => {});
  await until(when);
  controller.abort();
  await asked;
  // Until the gateway knows of it, the client is one that waits.
  await until(() => gateway.log().some(({ path }) => path === PATH));
}

let gateway: Gateway;
const sent = () => submitted(gateway.fal).length;

describe("one that runs", () => {
  beforeEach(async () => {
    gateway = await overSocket({ env: { RECONCILE_TIME: "0" } });
  });
  afterEach(async () => {
    await gateway.stop();
    await closeDatabases();
  });

  test("is a task, which is told as such, and its link is the answer's", async () => {
    const content = await said(await talk(gateway, "a cat runs"));
    const [task, ...others] = await tasksOf(gateway);
    expect(others).toEqual([]);
    expect(task).toMatchObject({ kind: "video", status: "completed", model: MODEL });
    expect(content).toContain(`(${task!.media[0]!.url})`);
  });

  test("tells how far it is, and streams its answer", async () => {
    const response = await talk(gateway, "x [sandbox queue=50ms run=150ms]", { stream: true });
    const text = await response.text();
    expect(text).toContain("In the queue");
    expect(text).toMatch(/Generating, \d+ %/);
    expect(text).toContain("[Generated Video](http");
    expect(text).toEndWith("data: [DONE]\n\n");
  });

  test("goes on when its client leaves, and is joined", async () => {
    const content = "a cat [sandbox run=400ms]";
    const begun = async () => ((await tasksOf(gateway))[0]?.progress ?? 0) >= BEGUN;
    await leave(gateway, content, begun);
    expect(await said(await talk(gateway, content))).toContain("[Generated Video]");
    expect([sent(), (await tasksOf(gateway)).length]).toEqual([1, 1]);
    expect(cancelled(gateway.fal)).toEqual([]);
  });

  test("is joined also while the database is slow", async () => {
    const store = createTaskStore({ database: await emptyDatabase() });
    let pause = 0;
    const slow = async (id: string) => {
      await Bun.sleep(pause);
      return store.find(id);
    };
    const fal = gateway.fal;
    gateway = await overSocket({ fal, shared: { taskStore: { ...store, find: slow } } });
    const content = "a cat [sandbox run=400ms]";
    const begun = async () => ((await tasksOf(gateway))[0]?.progress ?? 0) >= BEGUN;
    await leave(gateway, content, async () => (await begun()) && (pause = 100));
    expect(await said(await talk(gateway, content))).toContain("[Generated Video]");
    expect([sent(), cancelled(fal)]).toEqual([1, []]);
  });

  test("is cancelled when its client leaves before fal has begun", async () => {
    await leave(gateway, "a cat [sandbox queue=1m]", () => sent() === 1);
    await until(async () => (await tasksOf(gateway))[0]?.status === "cancelled");
    expect(cancelled(gateway.fal)).toHaveLength(1);
  });

  test("that has been answered is another the next time", async () => {
    await said(await talk(gateway, "a cat"));
    await said(await talk(gateway, "a cat"));
    expect([sent(), (await tasksOf(gateway)).length]).toEqual([2, 2]);
  });

  test("fails with the model's own status", async () => {
    const response = await talk(gateway, "x [sandbox error=content_policy_violation]");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "content_policy_violation" } });
  });
});

describe("a callback", () => {
  test("is made at the end, although the client has left before fal began", async () => {
    const calls: unknown[] = [];
    const receiver = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        calls.push(await request.json());
        return new Response();
      },
    });
    const host = `127.0.0.1:${receiver.port}`;
    gateway = await overSocket({ env: { RECONCILE_TIME: "0", WEBHOOK_HOSTS: host } });
    try {
      const callback_url = `http://${host}/hook`;
      await leave(gateway, "a cat [sandbox queue=300ms]", () => sent() === 1, { callback_url });
      await until(() => calls.length === 1);
      expect(calls[0]).toMatchObject({ type: "task.completed", data: { kind: "video" } });
      expect(cancelled(gateway.fal)).toEqual([]);
    } finally {
      await gateway.stop();
      await receiver.stop(true);
    }
  });

  test.each<[string, object, RegExp]>([
    ["that leads inside", { callback_url: "http://10.0.0.1/" }, /callback_url/],
    ["that is no text", { callback_url: 5 }, /must be an http or https URL/],
    ["of a picture", { model: "flux-dev", callback_url: "https://e.com/" }, /videos only/],
  ])("%s is refused", async (_, more, message) => {
    gateway = await inProcess();
    const response = await talk(gateway, "a cat", more);
    const { error } = (await response.json()) as { error: { param: string; message: string } };
    expect([response.status, error.param]).toEqual([400, "callback_url"]);
    expect(error.message).toMatch(message);
    expect(sent()).toBe(0);
    await gateway.stop();
  });
});

test("the same conversation after a crash gets the video that was paid for", async () => {
  const fal = fastFal();
  const folder = mkdtempSync(join(tmpdir(), "falgate-chat-"));
  const env = { DATA_DIR: folder, RECONCILE_TIME: "1" };
  const content = "a cat [sandbox run=1s]";
  const first = await asBinary({ fal, env });
  gateway = first;
  const asked = talk(first, content, { stream: true })
    .then((response) => response.text())
    .catch(() => "cut off");
  await until(async () => sent() === 1 && (await tasksOf(first))[0]?.status === "running");
  first.process.kill("SIGKILL");
  await first.process.exited;
  await leasesLapse(folder);
  await asked;

  gateway = await asBinary({ fal, env });
  const retried = { headers: { authorization: `Bearer ${CLIENT_KEY}` } };
  expect(await said(await talk(gateway, content, {}, retried))).toContain("[Generated Video]");
  expect([sent(), (await tasksOf(gateway)).length]).toEqual([1, 1]);
  // It has been answered now: who asks again means another.
  expect(await said(await talk(gateway, content))).toContain("[Generated Video]");
  expect(sent()).toBe(2);
  await gateway.stop();
  rmSync(folder, { recursive: true });
}, 30_000);

test("an orderly stop cuts the client off, and cancels nothing", async () => {
  const fal = fastFal();
  const folder = mkdtempSync(join(tmpdir(), "falgate-chat-"));
  const env = { DATA_DIR: folder, RECONCILE_TIME: "1", SHUTDOWN_GRACE: "0" };
  const content = "a cat [sandbox queue=2s]";
  const first = await asBinary({ fal, env });
  gateway = first;
  const asked = talk(first, content)
    .then((response) => response.text())
    .catch(() => "cut off");
  await until(() => sent() === 1);
  first.process.kill("SIGTERM");
  await Promise.all([first.process.exited, asked]);
  gateway = await asBinary({ fal, env });
  expect(await said(await talk(gateway, content))).toContain("[Generated Video]");
  expect([sent(), cancelled(fal)]).toEqual([1, []]);
  await gateway.stop();
  rmSync(folder, { recursive: true });
}, 30_000);
