/**
 * The release executable killed while videos wait, run, are enlarged and are kept: through its own
 * routes all are delivered, each was paid once, and every kept file is whole. `KILLS=10` does what
 * takes longer.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { type Below, random } from "../support/random.ts";
import { leasesLapse } from "../support/engine.ts";

const KILLS = Number(process.env.KILLS ?? 3);
const VIDEOS = 200;
/** Between two kills. */
const ROUND_MS = 1_500;

const dir = mkdtempSync(join(tmpdir(), "falgate-release-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Its files come slowly, and it forgets what it made soon after, though not while nobody can ask. */
const fal = createSandbox({ port: 0, concurrency: 100, mediaTime: 400, forgetAfter: 10_000 });

const start = () =>
  asBinary({ fal, env: { DATA_DIR: dir, MEDIA_STORE: "disk", RECONCILE_TIME: "2" } });

interface Video {
  id: string;
  status: string;
  video_url?: string;
}

const headers = { authorization: `Bearer ${CLIENT_KEY}`, "content-type": "application/json" };

async function create(gateway: Running, number: number, below: Below): Promise<string> {
  const time = () => below(((KILLS + 1) * ROUND_MS) / 2);
  const response = await gateway.fetch("/v1/video/create", {
    method: "POST",
    headers,
    body: JSON.stringify({
      model: "veo3.1-fast",
      prompt: `number ${number} [sandbox queue=${time()}ms run=${time()}ms]`,
      enable_upsample: number % 3 === 0,
    }),
  });
  const { id } = (await response.json()) as Video;
  expect([response.status, id]).toEqual([200, expect.stringMatching(/^veo3\.1-fast:/)]);
  return id;
}

const query = async (gateway: Running, id: string) =>
  (await (
    await gateway.fetch(`/v1/video/query?id=${encodeURIComponent(id)}`, { headers })
  ).json()) as Video;

const OVER = new Set(["completed", "failed", "error", "video_upsampling_failed"]);

const WAIT_MS = 90_000;

/** Once all are over; after a long time as they stand, so that a stuck one is seen. */
async function ended(gateway: Running, ids: readonly string[]): Promise<Video[]> {
  for (const until = Date.now() + WAIT_MS; ;) {
    const videos = await Promise.all(ids.map((id) => query(gateway, id)));
    if (videos.every(({ status }) => OVER.has(status)) || Date.now() > until) return videos;
    await Bun.sleep(200);
  }
}

/** Kills it as a power cut would, and starts another on the same folder. */
async function replace(gateway: Running): Promise<Running> {
  gateway.process.kill("SIGKILL");
  await gateway.process.exited;
  await leasesLapse(dir);
  return start();
}

const digest = (bytes: Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

test(
  `${VIDEOS} videos outlive ${KILLS} kills`,
  async () => {
    const below = random(11);
    let gateway = await start();
    const numbers = Array.from({ length: VIDEOS }, (_, number) => number);
    const ids = await Promise.all(numbers.map((number) => create(gateway, number, below)));
    const seen = new Set<string>();
    for (let round = 0; round < KILLS; round += 1) {
      await Bun.sleep(ROUND_MS / 2 + below(ROUND_MS));
      for (const { status } of await Promise.all(ids.map((id) => query(gateway, id)))) {
        seen.add(status);
      }
      gateway = await replace(gateway);
    }
    const videos = await ended(gateway, ids);
    expect(videos.filter(({ status }) => !OVER.has(status))).toEqual([]);

    const submitted = fal.requests
      .filter(({ host, method }) => host === "queue" && method === "POST")
      .map(({ body }) => body as Record<string, string>)
      .map(({ prompt, video_url }) => prompt ?? video_url!);
    expect(submitted.length).toBe(new Set(submitted).size);

    // A kill may hit the moment between a submission and its record: that one is never paid again.
    const failed = videos.filter(({ status }) => status !== "completed");
    expect(failed.length).toBeLessThanOrEqual(KILLS);

    fal.update({ mediaTime: undefined });
    const originals = new Set(
      await Promise.all(
        ["16:9", "9:16"].map(async (ratio) => {
          const response = await fetch(`${fal.runUrl}/fal-ai/veo3.1`, {
            method: "POST",
            headers: { authorization: "Key fal-id:fal-secret", "content-type": "application/json" },
            body: JSON.stringify({ prompt: "a", aspect_ratio: ratio }),
          });
          const { video } = (await response.json()) as { video: { url: string } };
          return digest(await (await fetch(video.url)).bytes());
        }),
      ),
    );
    for (const { status, video_url } of videos) {
      if (status === "failed" || status === "error") continue;
      expect(video_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/files\/[\w-]{27}\.mp4$/);
      const file = await gateway.fetch(new URL(video_url!).pathname);
      expect(file.status).toBe(200);
      expect(originals).toContain(digest(await file.bytes()));
    }
    console.log(
      `${KILLS} kills, seen: ${[...seen].join(", ")}; lost in the window: ${failed.length}`,
    );
    await gateway.stop();
  },
  120_000 + KILLS * 15_000,
);
