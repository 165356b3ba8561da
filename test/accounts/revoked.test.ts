/** What a key has begun when it ends: a revoked one spends nothing more, an expired one what it may. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createKeyStore } from "../../src/store/keys/keys.ts";
import type { Database } from "../../src/store/database.ts";
import { billed, booked, type Books, keepingBooks } from "../support/books.ts";
import { submitted } from "../support/fal.ts";
import { administrate, bearer, makeKey } from "../support/keys.ts";
import { engines } from "../store/support.ts";

const REVOKED = {
  status: 401,
  message: "This API key was revoked before fal was asked for this, so it was not made.",
  type: "invalid_request_error",
  param: null,
  code: "api_key_revoked",
};

describe.each(engines)("$name", (engine) => {
  let database: Database;
  let books: Books;
  let key: string;
  let owner: string;
  const started: Books[] = [];

  beforeEach(async () => {
    database = await (await engine.fresh()).open();
    books = await start();
    key = await makeKey(books, { name: "anna", budget: "9usd/month" });
    owner = (await createKeyStore(database).list())[0]!.id;
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
    await database.close();
  });

  /** One call at a time at fal, so that a second waits. */
  async function start(before?: Books): Promise<Books> {
    const fal = before && { fal: before.fal };
    const next = await keepingBooks(database, { ...fal, env: { MAX_CONCURRENCY: "1" } });
    started.push(next);
    next.parts.start();
    return next;
  }

  const ask = (path: string, body: object) =>
    books.fetch(path, {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  async function film(prompt: string): Promise<string> {
    const response = await ask("/v1/videos", { model: "sora-2", prompt });
    const text = await response.text();
    expect([response.status, text]).toEqual([200, text]);
    return (JSON.parse(text) as { id: string }).id;
  }

  const revoke = async () =>
    expect((await administrate(books, "DELETE", `/${owner}`)).status).toBe(200);
  const over = (of: Books, id: string) =>
    of.parts.tasks.settled(owner, id, AbortSignal.timeout(10_000));
  const prompts = () => submitted(books.fal).map(({ body }) => (body as { prompt: string }).prompt);

  async function atFal(): Promise<void> {
    while (prompts().length === 0) await Bun.sleep(5);
  }

  test("what fal has is finished and booked, what waits for its turn fails unpaid", async () => {
    const first = await film("[sandbox run=300ms]");
    await atFal();
    const second = await film("a dog");
    await revoke();
    expect(await over(books, first)).toMatchObject({ state: "completed" });
    expect(await over(books, second)).toMatchObject({ state: "failed", error: REVOKED });
    expect(prompts()).toEqual(["[sandbox run=300ms]"]);
    const rows = await books.closed();
    expect(rows).toMatchObject([{ owner, trace: first, state: "completed" }]);
    expect(booked(rows)).toBe(billed(books));
    expect(booked(rows)).toBeGreaterThan(0);
  });

  test("a picture whose turn it is not yet is refused to who waits for it", async () => {
    await film("[sandbox run=300ms]");
    await atFal();
    const picture = ask("/v1/images/generations", { model: "flux-dev", prompt: "a dog" });
    while (books.parts.running() === 0) await Bun.sleep(5);
    await revoke();
    const response = await picture;
    const { status, ...error } = REVOKED;
    expect([response.status, await response.json()]).toEqual([status, { error }]);
    expect(prompts()).toEqual(["[sandbox run=300ms]"]);
  });

  test("also after a restart", async () => {
    const first = await film("[sandbox run=500ms]");
    await atFal();
    const second = await film("a dog");
    await revoke();
    await books.parts.stop();
    const next = await start(books);
    expect(await over(next, second)).toMatchObject({ state: "failed", error: REVOKED });
    expect(await over(next, first)).toMatchObject({ state: "completed" });
    expect(prompts()).toEqual(["[sandbox run=500ms]"]);
    expect(booked(await next.closed())).toBe(billed(next));
  });

  test("what an expired key began in time is made after a restart, out of its budget", async () => {
    await film("[sandbox run=300ms]");
    await atFal();
    const second = await film("[sandbox run=500ms] a dog");
    await createKeyStore(database).expire([owner], Date.now());
    await books.parts.stop();
    const next = await start(books);
    const row = async () => (await next.rows()).find(({ trace }) => trace === second);
    while (!(await row())) await Bun.sleep(5);
    expect((await row())!.held).toBeGreaterThan(0);
    expect(await over(next, second)).toMatchObject({ state: "completed" });
    expect(booked(await next.closed())).toBe(billed(next));
  });
});
