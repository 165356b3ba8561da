/** Long waits against the executable: blanks before JSON, and many clients that read slowly. */
import { afterEach, expect, test } from "bun:test";
import { ask, links, until } from "../support/clients.ts";
import { cancelled, submitted } from "../support/fal.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { memory, onLinux } from "../support/process.ts";

let gateway: Running;
afterEach(() => gateway.stop());

test("JSON_KEEPALIVE: blanks, then the same JSON; a late failure is an error under 200", async () => {
  gateway = await asBinary({ env: { JSON_KEEPALIVE: "0.05" } });
  const late = await ask(gateway, { prompt: "a cat [sandbox run=300ms]" });
  expect([late.status, late.headers.get("content-type")]).toEqual([200, "application/json"]);
  const text = await late.text();
  expect(text).toMatch(/^ {2,}\{"created"/);
  expect((JSON.parse(text) as { data: unknown[] }).data.length).toBe(1);

  const failed = await ask(gateway, {
    prompt: "opensesame [sandbox run=300ms error=content_policy_violation]",
  });
  expect(failed.status).toBe(200);
  expect(await failed.json()).toMatchObject({ error: { code: "content_policy_violation" } });

  const early = await ask(gateway, { prompt: "opensesame [sandbox error=bad_request at=submit]" });
  expect(early.status).toBe(400);
  expect(gateway.output()).not.toContain("opensesame");
});

test("200 clients leave at once: every generation is cancelled, and fal is free for others", async () => {
  gateway = await asBinary({ env: { CANCEL_ON_DISCONNECT: "always" } });
  const left = new AbortController();
  const waiting = Array.from({ length: 200 }, (_, index) =>
    ask(gateway, { prompt: `cat ${index} [sandbox run=20s]` }, {}, left.signal).catch(() => "left"),
  );
  await until(() => submitted(gateway.fal).length === 200);
  left.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["left"]));
  await until(() => cancelled(gateway.fal).length === 200);
  expect((await links(ask(gateway, { prompt: "another" }))).length).toBe(1);
});

test.if(onLinux)(
  "200 streams whose clients do not read cost little, and end when they leave",
  async () => {
    gateway = await asBinary();
    const before = await memory(gateway.process.pid);
    const left = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        ask(gateway, { prompt: `cat ${index}`, stream: true }, {}, left.signal),
      ),
    );
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    left.abort();
    await until(
      () => gateway.log().filter(({ message }) => message === "request").length === streams.length,
    );
    const after = await memory(gateway.process.pid);
    expect(after.peak - before.peak).toBeLessThan(150);
    expect((await gateway.fetch("/healthz")).status).toBe(200);
  },
);
