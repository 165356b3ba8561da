/** Scripted clients of the video relays against the executable, which dies in the middle. */
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clients.ts";
import { fastFal } from "../support/fal.ts";
import { create, followed, look, NAMES, type RelayName } from "../support/film.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { leasesLapse } from "../support/engine.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Heard {
  path: string;
  headers: Headers;
  body: string;
}

let fal: Sandbox;
let folder: string;
let running: Running | undefined;
let heard: Heard[];
let receiver: ReturnType<typeof Bun.serve>;
beforeEach(async () => {
  fal = fastFal();
  folder = await mkdtemp(join(tmpdir(), "falgate-relays-"));
  heard = [];
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname: path } = new URL(request.url);
      heard.push({ path, headers: request.headers, body: await request.text() });
      return new Response();
    },
  });
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await receiver.stop(true);
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<Running> {
  const own = { DATA_DIR: folder, RECONCILE_TIME: "2", CALLBACK_SECRET: SECRET };
  const hosts = { WEBHOOK_HOSTS: receiver.url.host };
  running = await asBinary({ fal, env: { ...own, ...hosts, ...env } });
  return running;
}

async function kill(): Promise<void> {
  running!.process.kill("SIGKILL");
  await running!.process.exited;
  await leasesLapse(folder);
}

/** How often fal was asked for each prompt. */
function asked(): Map<string, number> {
  const prompts = fal.requests
    .filter(({ host, method }) => host === "queue" && method === "POST")
    .map(({ body }) => (body as { prompt?: string }).prompt)
    .filter((prompt) => prompt !== undefined);
  const same = Map.groupBy(prompts, (prompt) => prompt);
  return new Map([...same].map(([prompt, all]) => [prompt, all.length]));
}

const EACH = 6;
const FORGOTTEN_MS = 4_000;

/** Some wait for their turn when the process dies, some are being made, some are being enlarged. */
const work = NAMES.flatMap((name) =>
  Array.from({ length: EACH }, (_, number) => ({
    name,
    body: {
      prompt: `${name} ${number} [sandbox queue=${number * 150}ms run=${number * 200}ms]`,
      ...(name === "veo" ? { enable_upsample: number % 2 === 0 } : {}),
    },
  })),
);

const SUCCESS: Readonly<Record<RelayName, string>> = {
  veo: "completed",
  jimeng: "SUCCESS",
  "new-api": "succeeded",
};

describe.each(["none", "disk"])("MEDIA_STORE=%s", (MEDIA_STORE) => {
  test("create, die, come back, poll until done, download, though fal forgets", async () => {
    const first = await start({ MEDIA_STORE });
    const ids = await Promise.all(work.map(({ name, body }) => create(first, name, body)));
    await until(() => asked().size === work.length);
    await kill();
    const second = await start({ MEDIA_STORE });
    // Not before: what ends while nobody lives must still be there when the next one comes. Nor at
    // once: a machine that is loaded may look away for a second or two.
    fal.update({ forgetAfter: FORGOTTEN_MS });
    const ends = await Promise.all(
      work.map(({ name }, index) => followed(second, name, ids[index]!)),
    );
    expect(ends.map(({ status }) => status)).toEqual(work.map(({ name }) => SUCCESS[name]));
    expect([...asked().values()]).toEqual(work.map(() => 1));

    await Bun.sleep(FORGOTTEN_MS + 200);
    for (const [index, { name }] of work.entries()) {
      const { video, status } = await look(second, name, ids[index]!);
      expect([status, video]).toEqual([SUCCESS[name], ends[index]!.video]);
      expect(video.startsWith(MEDIA_STORE === "disk" ? `${second.url}/files/` : fal.url)).toBe(
        true,
      );
      const file = await fetch(video);
      expect([file.status, file.headers.get("content-type")]).toEqual([200, "video/mp4"]);
      const begin = await fetch(video, { headers: { range: "bytes=4-7" } });
      expect(Buffer.from(await file.arrayBuffer()).toString("latin1", 4, 8)).toBe("ftyp");
      if (MEDIA_STORE === "disk") {
        expect([begin.status, await begin.text()]).toEqual([206, "ftyp"]);
      }
    }
  }, 60_000);
});

/** As the Standard Webhooks specification has it. */
function isSigned({ headers, body }: Heard): boolean {
  const [id, time] = [headers.get("webhook-id"), headers.get("webhook-timestamp")];
  const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64");
  return headers.get("webhook-signature")!.split(" ").includes(`v1,${wanted}`);
}

test("each is called back once, under either name, also after a restart", async () => {
  const first = await start({ MEDIA_STORE: "disk" });
  const made = await Promise.all(
    NAMES.flatMap((name) =>
      ["callback_url", "notify_hook"].map(async (called) => {
        const url = `${receiver.url}${name}`;
        const prompt = `${name} ${called} [sandbox run=3s]`;
        return { name, id: await create(first, name, { prompt, [called]: url }) };
      }),
    ),
  );
  // All are being made and none is finished: what was called back before is not called again.
  await until(() => asked().size === made.length);
  expect(heard).toEqual([]);
  await kill();
  const second = await start({ MEDIA_STORE: "disk" });
  await Promise.all(made.map(({ name, id }) => followed(second, name, id)));
  await until(() => heard.length === made.length);
  expect(heard.every(isSigned)).toBe(true);
  const told = heard.map(({ path, body }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: { id: string; media: Media } };
    expect(data.media[0]!.url).toStartWith(`${first.url}/files/`);
    return { type, id: data.id, name: path.slice(1) };
  });
  const wanted = made.map(({ name, id }) => ({ type: "task.completed", id, name }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(told.toSorted(byId) as object[]).toEqual(wanted.toSorted(byId));
}, 60_000);

type Media = { url: string }[];
