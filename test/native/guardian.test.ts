/** The guardian: what nobody asks for is kept in time, gently, and what is lost is given up. */
import { afterEach, describe, expect, test } from "bun:test";
import { FalError } from "../../src/fal/error.ts";
import { createFalKeys } from "../../src/fal/keys.ts";
import type { Pass } from "../../src/fal/pass.ts";
import { createLog } from "../../src/log.ts";
import { createGuardian, type GuardianOptions } from "../../src/native/guardian.ts";
import { createJobOf } from "../../src/native/job.ts";
import type { FalRequest } from "../../src/store/request.ts";
import { until } from "../support/clients.ts";
import { FAL_KEY, fastFal, received } from "../support/fal.ts";
import { asBinary, assembled, CLIENT_KEY, type Gateway } from "../support/gateway.ts";
import { closeDatabases, requestsAlone } from "../support/state.ts";

const closing: Gateway[] = [];
afterEach(async () => {
  for (const gateway of closing.splice(0)) await gateway.stop();
  await closeDatabases();
});

const MINUTE = 60_000;
const keys = createFalKeys([FAL_KEY, "b:secret"]);
const [mine, other] = keys.all;

/** A guardian in front of a fal that answers what `answer` says, with its clock in hand. */
function guarding(
  answer: (path: string) => Response | Promise<Response>,
  more: Partial<GuardianOptions> = {},
) {
  const asked: string[] = [];
  const kept: string[] = [];
  const followed: string[] = [];
  const clock = { now: Date.now() };
  const requests = requestsAlone();
  const pass: Pass = async ({ url, key, signal }) => {
    const path = url.replace("https://q/", "");
    asked.push(path);
    const response = await Promise.race([
      answer(path),
      new Promise<never>((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason)),
      ),
    ]);
    return { response, key: key! };
  };
  const guardian = createGuardian({
    requests,
    follows: {
      of: (job) => void followed.push(job.requestId) as never,
      has: (id) => id.startsWith("followed"),
      active: () => followed.length,
    },
    jobOf: createJobOf(keys, "https://q/"),
    pass,
    async keep({ requestId }, { status }) {
      kept.push(`${requestId} ${status}`);
      await requests.settle(requestId, { statusBody: "{}", status: 200, body: "{}", headers: {} });
    },
    awaited: ({ webhook }) => webhook !== undefined,
    log: createLog({ level: "error", format: "json", write: () => {} }),
    now: () => clock.now,
    ...more,
  });

  /** Submitted so many minutes ago. */
  function submitted(requestId: string, minutes: number, changes: Partial<FalRequest> = {}) {
    const known = { owner: "me", endpoint: "fal-ai/flux/dev", app: "fal-ai/flux" };
    const createdAt = clock.now - minutes * MINUTE;
    return requests.remember({ requestId, ...known, falKey: mine!.id, createdAt, ...changes });
  }

  async function round() {
    const from = asked.length;
    await guardian.round();
    return asked.slice(from).map((path) => /requests\/(\w+)\/status/.exec(path)?.[1]);
  }

  return { asked, kept, followed, clock, requests, guardian, submitted, round };
}

const running = () => Response.json({ status: "IN_PROGRESS" }, { status: 202 });
const completed = () => Response.json({ status: "COMPLETED" });
const unknown = () => Response.json({ status: "NOT_FOUND" }, { status: 404 });

/** A number once it has stayed the same for a while. */
async function settled(count: () => number): Promise<number> {
  for (let before = count(); ; before = count()) {
    await Bun.sleep(50);
    if (count() === before) return before;
  }
}

describe("a round", () => {
  test("asks for a status, without a stream, and keeps what is completed", async () => {
    const all = guarding((path) => (path.includes("done") ? completed() : running()));
    await all.submitted("done", 2);
    await all.submitted("runs", 2);
    await all.submitted("followed", 2);
    await all.submitted("hooked", 2, { webhook: "https://h/" });
    await all.guardian.round();
    expect(all.asked).toEqual([
      "fal-ai/flux/requests/done/status?logs=1",
      "fal-ai/flux/requests/runs/status?logs=1",
    ]);
    expect(all.kept).toEqual(["done COMPLETED"]);
    expect(all.followed).toEqual(["hooked"]);
    expect(await all.round()).toEqual(["runs"]);
  });

  test("the first is over all; later ones leave the young alone, and look at the old less often", async () => {
    const all = guarding(running);
    await all.submitted("young", 0.5);
    await all.submitted("recent", 5);
    await all.submitted("hour", 30);
    await all.submitted("day", 300);
    expect(await all.round()).toEqual(["day", "hour", "recent", "young"]);
    expect(await all.round()).toEqual(["recent"]);
    expect(await all.round()).toEqual(["hour", "recent"]);
    expect(await all.round()).toEqual(["recent"]);
    all.clock.now += MINUTE;
    expect(await all.round()).toEqual(["day", "hour", "recent", "young"]);
  });

  test("what fal does not know any more is lost, and not asked for again", async () => {
    const all = guarding(unknown);
    await all.submitted("gone", 2);
    expect(await all.round()).toEqual(["gone"]);
    expect(await all.requests.find("gone")).toMatchObject({ lost: true });
    expect(await all.round()).toEqual([]);
  });

  test.each([
    ["an ingress that answers for fal", () => new Response("<html>", { status: 404 })],
    ["another 404", () => Response.json({ detail: "Path not found" }, { status: 404 })],
    ["a failure", () => Response.json({ detail: "oops" }, { status: 500 })],
    ["an answer that is none", () => new Response("<html>")],
  ])("%s says nothing about the request", async (_, answer) => {
    const all = guarding(answer);
    await all.submitted("one", 2);
    await all.submitted("two", 2);
    expect(await all.round()).toEqual(["one", "two"]);
    expect(await all.round()).toEqual(["one", "two"]);
    expect(all.kept).toEqual([]);
  });

  test.each([
    ["cannot be reached", new FalError({ status: 0, message: "no answer" })],
    ["refuses the key", new FalError({ status: 401, message: "no" })],
  ])("where fal %s, others under that key wait for the next round", async (_, error) => {
    const all = guarding((path) => {
      if (path.includes("mine")) throw error;
      return completed();
    });
    for (let index = 0; index < 50; index += 1) await all.submitted(`mine${index}`, 2);
    await all.submitted("theirs", 2, { falKey: other!.id });
    const asked = await all.round();
    expect(asked.length).toBeLessThanOrEqual(9);
    expect(all.kept).toEqual(["theirs COMPLETED"]);
    expect((await all.round())[0]).toBe("mine0");
  });

  test("a key that is configured no more: not asked for, and lost after a day", async () => {
    const all = guarding(completed);
    await all.submitted("new", 60, { falKey: "gone" });
    await all.submitted("old", 25 * 60, { falKey: "gone" });
    expect(await all.round()).toEqual([]);
    expect(await all.requests.find("old")).toMatchObject({ lost: true });
    expect((await all.requests.find("new"))!.lost).toBeUndefined();
  });

  test("five thousand, eight at a time, each once", async () => {
    let together = 0;
    let most = 0;
    const all = guarding(async () => {
      most = Math.max(most, ++together);
      await Bun.sleep(0);
      together -= 1;
      return running();
    });
    for (let index = 0; index < 5_000; index += 1) await all.submitted(`r${index}`, 2);
    const asked = await all.round();
    expect(new Set(asked).size).toBe(5_000);
    expect(asked).toHaveLength(5_000);
    expect(most).toBe(8);
  });
});

test("it begins at once, comes again, and stops in the middle of a question", async () => {
  const hanging = Promise.withResolvers<Response>();
  const all = guarding((path) => (path.includes("hangs") ? hanging.promise : running()), {
    intervalMs: 1,
  });
  await all.submitted("one", 2);
  all.guardian.start();
  await until(() => all.asked.length > 3);
  await all.submitted("hangs", 2);
  await until(() => all.asked.some((path) => path.includes("hangs")));
  await all.guardian.stop();
  const count = all.asked.length;
  await Bun.sleep(5);
  expect(all.asked).toHaveLength(count);
});

/** Submits and never asks. */
async function submit(gateway: Gateway, prompt = "a cat"): Promise<string> {
  const response = await gateway.fetch("/fal-ai/flux/dev", {
    method: "POST",
    headers: { authorization: `Key ${CLIENT_KEY}` },
    body: JSON.stringify({ prompt }),
  });
  return ((await response.json()) as { request_id: string }).request_id;
}

const ask = (gateway: Gateway, path: string) =>
  gateway.fetch(`/fal-ai/flux/requests/${path}`, {
    headers: { authorization: `Key ${CLIENT_KEY}` },
  });

describe("at the wire", () => {
  test("results that fal has forgotten stay readable, with their status and headers", async () => {
    const requests = requestsAlone();
    const gateway = await assembled({ shared: { requests, guardMs: 5 } });
    closing.push(gateway);
    const [good, bad] = [
      await submit(gateway),
      await submit(gateway, "[sandbox error=no_media_generated]"),
    ];
    gateway.parts.start();
    await until(async () => (await requests.pending(Date.now() + 1, 9)).length === 0);
    expect(received(gateway.fal).some(({ path }) => path.endsWith("/stream"))).toBe(false);
    gateway.fal.reset();

    const result = await ask(gateway, good);
    expect(result.status).toBe(200);
    expect(result.headers.get("x-fal-request-id")).toBe(good);
    expect(result.headers.get("x-fal-billable-units")).not.toBeNull();
    expect(await result.json()).toMatchObject({ prompt: "a cat" });
    const status = (await (await ask(gateway, `${good}/status?logs=1`)).json()) as object;
    expect(status).toMatchObject({ status: "COMPLETED", request_id: good });
    expect((status as { logs: unknown[] }).logs.length).toBeGreaterThan(0);

    const failed = await ask(gateway, bad);
    expect(failed.status).toBe(422);
    expect(await failed.json()).toMatchObject({ detail: [{ type: "no_media_generated" }] });
    expect(received(gateway.fal)).toEqual([]);
  });

  test("one that fal has forgotten before: 404, and fal is left alone", async () => {
    const gateway = await assembled({ shared: { guardMs: 5 } });
    closing.push(gateway);
    const id = await submit(gateway);
    gateway.fal.reset();
    gateway.parts.start();
    await until(() => received(gateway.fal).length > 0);
    await until(async () => (await ask(gateway, id)).status === 404);
    // Whoever keeps the books may be asking for it at this very moment, too.
    const count = await settled(() => received(gateway.fal).length);
    for (const path of [id, `${id}/status`, `${id}/status/stream`]) {
      const response = await ask(gateway, path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ status: "NOT_FOUND" });
    }
    expect(received(gateway.fal)).toHaveLength(count);
  });

  test("the binary ends at once although requests are pending", async () => {
    const fal = fastFal();
    fal.update({ runTime: 3_600_000 });
    const gateway = await asBinary({ fal });
    closing.push(gateway);
    await submit(gateway);
    gateway.process.kill("SIGTERM");
    expect(await gateway.process.exited).toBe(0);
  });
});
