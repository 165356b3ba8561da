/** fal's requests over `kill -9`: the next process knows whose they are, what came of them and who is to be called. */
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { silent } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { call, completed, OTHER_KEY, type Submitted, TWO_CLIENTS } from "../native/support.ts";
import { until } from "../support/clients.ts";
import { onPostgres, placeOf } from "../support/engine.ts";
import { received } from "../support/fal.ts";
import { asBinary, type Gateway, type Running } from "../support/gateway.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A client's server, which answers 500 until it is told to do better. */
function listen() {
  const calls: { request_id: string; status: string }[] = [];
  const answer = { status: 500 };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      calls.push((await request.json()) as (typeof calls)[number]);
      return new Response(null, answer);
    },
  });
  closing.push(() => server.stop(true));
  return { calls, answer, host: `127.0.0.1:${server.port}` };
}

/** One folder and one fal for any number of processes. */
function place(env: Record<string, string> = {}) {
  const fal = createSandbox({ port: 0, queueTime: 0, runTime: 0 });
  const folder = mkdtempSync(join(tmpdir(), "falgate-requests-"));
  closing.push(
    () => fal.stop(),
    () => rmSync(folder, { recursive: true }),
  );
  return {
    fal,
    folder,
    async start(): Promise<Running> {
      const gateway = await asBinary({ fal, env: { DATA_DIR: folder, ...TWO_CLIENTS, ...env } });
      closing.push(() => gateway.process.kill("SIGKILL"));
      return gateway;
    },
    /** What is written by now. */
    rows: async (where: string) => {
      const database = await openDatabase({ ...(await placeOf(folder)), log: silent });
      const rows = await database.sql.unsafe(`select 1 from fal_requests where ${where}`);
      await database.close();
      return rows.length;
    },
  };
}

/** One request that is over, and one that is not. */
const bothWritten = async (rows: ReturnType<typeof place>["rows"]) =>
  (await rows("state = 'completed'")) === 1 && (await rows("state = 'pending'")) === 1;

async function submit(gateway: Gateway, prompt: string, query = ""): Promise<string> {
  const send = { path: `/fal-ai/flux/dev${query}`, body: { prompt } };
  return ((await (await call(gateway, send)).json()) as Submitted).request_id;
}

async function kill({ process }: Running) {
  process.kill("SIGKILL");
  await process.exited;
}

const path = (id: string) => `/fal-ai/flux/requests/${id}`;

test("result, owner and state survive, though fal has forgotten", async () => {
  const { fal, start, rows } = place();
  const first = await start();
  const over = await submit(first, "a cat");
  await completed(first, over);
  const asked = await (await call(first, { path: path(over) })).text();
  fal.update({ runTime: 3_600_000 });
  const running = await submit(first, "a dog");
  await until(() => bothWritten(rows));
  await kill(first);
  fal.update({ runTime: 0 });

  const second = await start();
  expect(second.log()[0]).toMatchObject({
    message: "falgate is listening",
    store: expect.stringMatching(
      onPostgres ? /^PostgreSQL at .+\/postgres$/ : /^SQLite in \/.+\/falgate\.db$/,
    ),
  });
  const cancelled = await call(second, { method: "PUT", path: `${path(running)}/cancel` });
  expect(cancelled.status).toBe(202);
  expect(await completed(second, running)).toMatchObject({ error_type: "client_cancelled" });
  fal.reset();
  const result = await call(second, { path: path(over) });
  expect([result.status, await result.text()]).toEqual([200, asked]);
  expect(result.headers.get("x-fal-request-id")).toBe(over);
  const status = await call(second, { path: `${path(over)}/status?logs=1` });
  expect(await status.json()).toMatchObject({ status: "COMPLETED", logs: expect.any(Array) });

  const headers = { authorization: `Key ${OTHER_KEY}` };
  const unknown = await call(second, { path: path("6e4b1f0e-0000-4000-8000-000000000000") });
  const words = await unknown.text();
  for (const id of [over, running]) {
    for (const send of [
      { path: path(id) },
      { path: `${path(id)}/status` },
      { path: `${path(id)}/status/stream` },
      { path: `${path(id)}/cancel`, method: "PUT" },
    ]) {
      const refused = await call(second, { ...send, headers });
      expect([refused.status, await refused.text()]).toEqual([404, words]);
    }
  }
  expect(received(fal)).toEqual([]);
});

test("webhooks: one of a request that was running, one that had failed", async () => {
  const client = listen();
  const { fal, start, rows } = place({ WEBHOOK_HOSTS: client.host });
  const hook = `?fal_webhook=${encodeURIComponent(`http://${client.host}/done`)}`;
  const first = await start();
  const failed = await submit(first, "a cat", hook);
  await until(() => client.calls.length > 0);
  fal.update({ runTime: 500 });
  const running = await submit(first, "a dog", hook);
  await until(() => bothWritten(rows));
  await kill(first);
  client.answer.status = 200;
  client.calls.length = 0;

  await start();
  await until(async () => (await rows("delivered_at is not null")) === 2);
  const told = client.calls.map(({ request_id, status }) => `${request_id} ${status}`);
  expect(told.toSorted()).toEqual([`${failed} OK`, `${running} OK`].toSorted());
});

test("SIGTERM right after an answer loses nothing", async () => {
  const { start, rows } = place();
  const gateway = await start();
  const ids = await Promise.all(Array.from({ length: 50 }, () => submit(gateway, "a cat")));
  gateway.process.kill("SIGTERM");
  expect(await gateway.process.exited).toBe(0);
  expect(new Set(ids).size).toBe(50);
  expect(await rows("owner is not null")).toBe(50);
});
