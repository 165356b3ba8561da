/** The books against fal's own bill: mixed traffic, a process that is killed in the middle, and the next. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { silent } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { fromRow, type UsageRecord, type UsageRow } from "../../src/store/usage/record.ts";
import { booked, billed } from "../support/books.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { random } from "../support/random.ts";
import { placeOf } from "../support/engine.ts";

const folder = mkdtempSync(join(tmpdir(), "falgate-books-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TASKS = 600;
/** Still under way at fal when the process dies. */
const LATE = "[sandbox run=3s]";
/** What was booked within the last second may be lost when a process is killed. */
const CALM_MS = 1_100;

async function books(): Promise<UsageRecord[]> {
  const database = await openDatabase({ ...(await placeOf(folder)), log: silent });
  const rows = await database.sql<UsageRow[]>`select * from usage order by opened_at, id`;
  await database.close();
  return rows.map(fromRow);
}

test("after a kill -9 in the middle, what was spent is what fal has billed, call by call", async () => {
  const fal = createSandbox({ port: 0, queueTime: 0, runTime: 20, concurrency: 200 });
  const env = { DATA_DIR: folder, RECONCILE_TIME: "30" };
  const below = random(7);
  let serial = 0;
  let gateway: Running = await asBinary({ fal, env });

  const post = async (path: string, body: unknown, headers = {}) => {
    const response = await gateway.fetch(path, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}`, ...headers },
      body: JSON.stringify(body),
    });
    return [response.status, await response.text()] as const;
  };
  const json = { "content-type": "application/json" };
  const draw = (words: string, n = 1) =>
    post(
      "/v1/images/generations",
      { model: "flux-dev", prompt: `${words} ${(serial += 1)}`, n },
      json,
    );
  const film = (words: string) =>
    post("/v1/videos", { model: "veo3-fast", prompt: `${words} ${(serial += 1)}` }, json);
  const submit = async (words: string, cancel = false) => {
    const prompt = `${words} ${(serial += 1)}`;
    const answer = await post("/fal-ai/flux/schnell", { prompt, num_images: 1 + below(4) }, json);
    const { request_id: id } = JSON.parse(answer[1]) as { request_id: string };
    const headers = { authorization: `Bearer ${CLIENT_KEY}` };
    const status = () => gateway.fetch(`/fal-ai/flux/requests/${id}/status`, { headers });
    if (words !== LATE) await status();
    if (!cancel) return answer;
    await gateway.fetch(`/fal-ai/flux/requests/${id}/cancel`, { method: "PUT", headers });
    return answer;
  };
  const chat = (stream: boolean) =>
    post(
      "/v1/chat/completions",
      { model: "gpt-4o-mini", stream, messages: [{ role: "user", content: `hello ${serial++}` }] },
      json,
    );
  const KINDS = [
    () => draw("a cat"),
    () => draw("two cats", 2),
    () => draw("[sandbox error=content_policy_violation]"),
    () => draw("[sandbox error=image_load_error billed=1]"),
    () => draw("[sandbox status=503*1]"),
    () => film("a wave"),
    () => film("[sandbox error=internal_error]"),
    () => submit("a dog"),
    () => submit("[sandbox queue=5m]", true),
    () => submit("[sandbox error=no_media_generated at=result]"),
    () => post("/run/fal-ai/flux/schnell", { prompt: `a fish ${serial++}` }, json),
    () => chat(true),
    () => chat(false),
    () => post("/v1/embeddings", { model: "text-embedding-3-small", input: "a few words" }, json),
  ];
  const some = (count: number) =>
    Promise.all(Array.from({ length: count }, () => KINDS[below(KINDS.length)]!()));

  await some(TASKS / 4);
  await some(TASKS / 4);
  // Under way at fal when the process dies: pictures, films and what fal's own clients submitted.
  const cut = [draw(LATE, 2), draw(LATE), film(LATE), film(LATE), submit(LATE), submit(LATE)];
  const gone = Promise.allSettled(cut);
  await Bun.sleep(CALM_MS);
  gateway.process.kill("SIGKILL");
  await gateway.process.exited;
  await gone;

  gateway = await asBinary({ fal, env });
  await some(TASKS / 4);
  for (const until = Date.now() + 90_000; ;) {
    const open = (await books()).filter(({ state }) => state === "open");
    if (open.length === 0) break;
    if (Date.now() > until) throw new Error(`never settled: ${JSON.stringify(open)}`);
    await Bun.sleep(500);
  }
  // An orderly end writes what was told last.
  gateway.process.kill("SIGTERM");
  await gateway.process.exited;

  const rows = await books();
  expect(booked(rows)).toBe(billed({ fal } as never));
  const known = new Map(rows.map((row) => [row.requestId, row.cost]));
  const missing = fal.billed.filter(
    ({ requestId, cost }) => known.get(requestId) !== Math.round(cost * 1e6),
  );
  expect(missing).toEqual([]);
  expect(new Set(rows.map(({ requestId }) => requestId).filter(Boolean)).size).toBe(
    rows.filter(({ requestId }) => requestId !== null).length,
  );
  expect(rows.length).toBeGreaterThan(300);
  await fal.stop();
}, 180_000);
