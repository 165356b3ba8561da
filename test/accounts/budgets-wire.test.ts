/** Budgets at the wire: what passes them is refused before fal is called, also when all ask at once. */
import { afterEach, describe, expect, test } from "bun:test";
import type { Database } from "../../src/store/database.ts";
import { billed, booked, type Books, keepingBooks } from "../support/books.ts";
import { submitted } from "../support/fal.ts";
import type { Options } from "../support/gateway.ts";
import { bearer, makeKey } from "../support/keys.ts";
import { engines } from "../store/support.ts";

const started: Books[] = [];
const databases: Database[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((books) => books.stop()));
  await Promise.all(databases.splice(0).map((database) => database.close()));
});

describe.each(engines)("$name", (engine) => {
  async function open(options?: Options): Promise<Books> {
    const database = await (await engine.fresh()).open();
    databases.push(database);
    const books = await keepingBooks(database, options);
    started.push(books);
    return books;
  }

  const ask = (books: Books, key: string, path: string, body: unknown) =>
    books.fetch(path, {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  // 0.025 dollars a picture.
  const picture = { model: "flux-dev", prompt: "a cat" };
  const language = { model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] };
  const CALLS = [
    ["a picture", "/v1/images/generations", picture],
    ["a picture by talking", "/v1/chat/completions", { ...picture, messages: language.messages }],
    ["a language model", "/v1/chat/completions", { ...language, max_tokens: 100_000 }],
    ["a stream", "/v1/chat/completions", { ...language, max_tokens: 100_000, stream: true }],
    ["a response", "/v1/responses", { model: "gpt-4o-mini", input: "hi", max_output_tokens: 1e5 }],
    ["speech", "/v1/audio/speech", { model: "tts-1", input: "a".repeat(1000), voice: "alloy" }],
    ["fal's queue", "/fal-ai/flux/dev", { prompt: "a cat" }],
    ["fal's run", "/run/fal-ai/flux/dev", { prompt: "a cat" }],
    ["fal's stream", "/run/fal-ai/flux/dev/stream", { prompt: "a cat" }],
    ["a video", "/v1/videos", { model: "sora-2", prompt: "a cat" }],
  ] as const;

  test.each(CALLS)(
    "%s that does not fit is refused, and fal is not called",
    async (_, path, body) => {
      const books = await open();
      const key = await makeKey(books, { name: "anna", budget: "0.01usd/month" });
      const response = await ask(books, key, path, body);
      const text = await response.text();
      expect([response.status, text]).toEqual([402, text]);
      expect(text).toContain("The budget of this key, $0.01 a month, has no room");
      expect(response.headers.get("x-should-retry")).toBe("false");
      expect(submitted(books.fal)).toEqual([]);
      expect(await books.rows()).toEqual([]);
    },
  );

  test("the refusal is OpenAI's error", async () => {
    const books = await open();
    const key = await makeKey(books, { name: "anna", budget: "0.03usd/total" });
    const answer = await (
      await ask(books, key, "/v1/images/generations", { ...picture, n: 2 })
    ).json();
    expect(answer).toEqual({
      error: {
        message:
          "The budget of this key, $0.03 in all, has no room for a call that may cost $0.05.",
        type: "insufficient_quota",
        param: null,
        code: "insufficient_quota",
      },
    });
  });

  test("of twenty that ask at once, as many pass as fit", async () => {
    const books = await open();
    const key = await makeKey(books, { name: "anna", budget: "0.1usd/day" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        ask(books, key, "/v1/images/generations", { ...picture, prompt: `cat ${index}` }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(4).fill(200), ...Array(16).fill(402)]);
    expect(booked(await books.closed())).toBe(100_000);
    expect(billed(books)).toBe(100_000);
  });

  test("what failed, and what was cancelled, leaves its money to others", async () => {
    const books = await open();
    const key = await makeKey(books, { name: "anna", budget: "0.03usd/month" });
    const draw = (prompt: string) =>
      ask(books, key, "/v1/images/generations", { ...picture, prompt });
    expect((await draw("[sandbox error=content_policy_violation]")).status).toBe(400);
    expect((await draw("[sandbox status=500]")).status).toBe(502);
    expect((await draw("a cat")).status).toBe(200);
    expect((await draw("a dog")).status).toBe(402);
    expect(booked(await books.closed())).toBe(billed(books));
  });

  test("a token of fal's, with which a client could spend past the budget, is not to be had", async () => {
    const books = await open();
    const key = await makeKey(books, { name: "anna", budget: "5usd/month" });
    const response = await ask(books, key, "/rest/tokens/", { allowed_apps: ["flux"] });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("This key has a budget");
    expect(submitted(books.fal)).toEqual([]);
    const free = await makeKey(books, { name: "free" });
    expect((await ask(books, free, "/rest/tokens/", { allowed_apps: ["flux"] })).status).toBe(200);
  });

  test("one key's budget is nobody else's", async () => {
    const books = await open();
    const anna = await makeKey(books, { name: "anna", budget: "0.03usd/month" });
    const bert = await makeKey(books, { name: "bert", budget: "0.03usd/month" });
    const statuses = [];
    for (const key of [anna, bert, anna, bert]) {
      statuses.push(
        (await ask(books, key, "/v1/images/generations", { ...picture, user: key })).status,
      );
    }
    expect(statuses).toEqual([200, 200, 402, 402]);
  });

  test.each([
    ["refuse", 402],
    ["allow", 200],
  ])("a price that nobody knows: MISSING_PRICE=%s", async (setting, status) => {
    const books = await open({
      env: { MISSING_PRICE: setting, FAL_PLATFORM_URL: "http://127.0.0.1:9" },
    });
    const key = await makeKey(books, { name: "anna", budget: "1usd/month" });
    const response = await ask(books, key, "/v1/images/generations", picture);
    const text = await response.text();
    expect([response.status, text]).toEqual([status, text]);
    if (status === 402) expect(text).toContain("what 'fal-ai/flux/dev' costs is not known");
    const free = await makeKey(books, { name: "free" });
    expect((await ask(books, free, "/v1/images/generations", picture)).status).toBe(200);
  });

  test("what was spent before a restart counts, and what is open at it stays set aside", async () => {
    const books = await open();
    const [database] = databases.slice(-1);
    const key = await makeKey(books, { name: "anna", budget: "0.08usd/month" });
    expect((await ask(books, key, "/v1/images/generations", picture)).status).toBe(200);
    // Under way, and nobody will ask for it in this process any more.
    const late = { prompt: "[sandbox run=400ms]" };
    expect((await ask(books, key, "/fal-ai/flux/dev", late)).status).toBe(200);
    await books.rows();

    const next = await keepingBooks(database!, { fal: books.fal, shared: { guardMs: 50 } });
    started.push(next);
    next.parts.start();
    const draw = () => ask(next, key, "/v1/images/generations", { ...picture, prompt: "a dog" });
    const first = await draw();
    expect(first.status).toBe(200);
    expect(
      (await ask(next, key, "/v1/images/generations", { ...picture, prompt: "fish" })).status,
    ).toBe(402);
    const rows = await next.closed();
    expect(booked(rows)).toBe(75_000);
    expect(billed(next)).toBe(75_000);
    expect(rows.map(({ state }) => state)).toEqual(["completed", "completed", "completed"]);
  });
});
