/** What each dialect's call leaves in the books, to the digit, beside what fal has billed for it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { UsageRecord } from "../../src/store/usage/record.ts";
import { billed, booked, type FreshBooks, freshBooks, keepingBooks } from "../support/books.ts";
import { CLIENT_KEY } from "../support/gateway.ts";
import { engines } from "../store/support.ts";

interface Case {
  name: string;
  path: string;
  body: unknown;
  /** The answer's status; 200 where it is left out. */
  status?: number;
  /** What the books say, row by row; ids and times are the same in none. */
  rows: readonly Partial<UsageRecord>[];
}

const chat = "openrouter/router/openai/v1/chat/completions";
const messages = [{ role: "user", content: "hello" }];

const CASES: readonly Case[] = [
  {
    name: "two pictures of one call",
    path: "/v1/images/generations",
    body: { model: "nano-banana", prompt: "a cat", n: 2 },
    rows: [
      {
        route: "/v1/images/generations",
        model: "nano-banana",
        state: "completed",
        unit: "images",
        units: 2,
        unitPrice: 0.039,
        cost: 78_000,
      },
    ],
  },
  {
    name: "a refused picture costs nothing",
    path: "/v1/images/generations",
    body: { model: "flux-dev", prompt: "[sandbox error=content_policy_violation]" },
    status: 400,
    rows: [{ model: "flux-dev", state: "failed", units: 0, cost: 0 }],
  },
  {
    name: "unless fal bills it",
    path: "/v1/images/generations",
    body: { model: "flux-dev", prompt: "[sandbox error=content_policy_violation billed=2]" },
    status: 400,
    rows: [{ state: "failed", unit: "megapixels", units: 2, unitPrice: 0.025, cost: 50_000 }],
  },
  {
    name: "what fal does not take",
    path: "/v1/images/generations",
    body: { model: "flux-dev", prompt: "[sandbox status=500]" },
    status: 502,
    rows: [{ state: "failed", requestId: null, units: 0, cost: 0 }],
  },
  {
    name: "a picture by talking",
    path: "/v1/chat/completions",
    body: { model: "flux-schnell", messages },
    rows: [{ route: "/v1/chat/completions", model: "flux-schnell", units: 1, cost: 3_000 }],
  },
  {
    name: "a language model",
    path: "/v1/chat/completions",
    body: { model: "gpt-4o-mini", messages },
    rows: [{ model: "gpt-4o-mini", endpoint: chat, state: "completed" }],
  },
  {
    name: "its stream, to a client that asks for no usage",
    path: "/v1/chat/completions",
    body: { model: "gpt-4o-mini", messages, stream: true },
    rows: [{ model: "gpt-4o-mini", endpoint: chat, state: "completed" }],
  },
  {
    name: "its stream, to a client that does",
    path: "/v1/chat/completions",
    body: {
      ...{ model: "gpt-4o-mini", messages, stream: true },
      stream_options: { include_usage: true },
    },
    rows: [{ endpoint: chat, state: "completed" }],
  },
  {
    name: "a language model that refuses",
    path: "/v1/chat/completions",
    body: { model: "gpt-4o-mini", messages: [{ role: "user", content: "[sandbox status=400]" }] },
    status: 400,
    rows: [{ endpoint: chat, state: "failed", cost: 0, inputTokens: null }],
  },
  {
    name: "a response",
    path: "/v1/responses",
    body: { model: "gpt-4o-mini", input: "hello" },
    rows: [{ endpoint: "openrouter/router/openai/v1/responses", state: "completed" }],
  },
  {
    name: "a streamed response",
    path: "/v1/responses",
    body: { model: "gpt-4o-mini", input: "hello", stream: true },
    rows: [{ endpoint: "openrouter/router/openai/v1/responses", state: "completed" }],
  },
  {
    name: "embeddings",
    path: "/v1/embeddings",
    body: { model: "text-embedding-3-small", input: "a few words" },
    rows: [
      {
        endpoint: "openrouter/router/openai/v1/embeddings",
        inputTokens: 3,
        outputTokens: 0,
        cost: 3,
      },
    ],
  },
  {
    name: "speech",
    path: "/v1/audio/speech",
    body: { model: "tts-1", input: "good morning", voice: "alloy" },
    rows: [{ unit: "1000 characters", units: 0.012, state: "completed" }],
  },
  {
    name: "fal's own API, run",
    path: "/run/fal-ai/flux/schnell",
    body: { prompt: "a cat", num_images: 3 },
    rows: [
      {
        route: "/run/{owner}/{app}",
        model: "fal-ai/flux/schnell",
        endpoint: "fal-ai/flux/schnell",
        units: 3,
        cost: 9_000,
      },
    ],
  },
  {
    name: "fal's own API, streamed",
    path: "/run/fal-ai/flux/schnell/stream",
    body: { prompt: "a cat" },
    rows: [
      { model: "fal-ai/flux/schnell", endpoint: "fal-ai/flux/schnell", units: 1, cost: 3_000 },
    ],
  },
  {
    name: "fal's own API, refused",
    path: "/run/fal-ai/flux/schnell",
    body: { num_images: 3 },
    status: 422,
    rows: [{ state: "refused", units: 0, cost: 0 }],
  },
  {
    name: "a language model by fal's own API",
    path: `/run/${chat}`,
    body: { model: "openai/gpt-4o-mini", messages },
    rows: [{ model: chat, endpoint: chat, state: "completed" }],
  },
  {
    name: "its stream, whose usage was asked for",
    path: `/run/${chat}`,
    body: {
      ...{ model: "openai/gpt-4o-mini", messages, stream: true },
      stream_options: { include_usage: true },
    },
    rows: [{ model: chat, endpoint: chat, state: "completed" }],
  },
];

describe.each(engines)("$name", (engine) => {
  let books: FreshBooks;
  beforeAll(async () => {
    books = await freshBooks(engine);
  });
  afterAll(() => books.stop());

  const post = (path: string, body: unknown) =>
    books.fetch(path, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  async function fresh(): Promise<void> {
    books.fal.reset();
    await books.usage.flush();
    await books.database.transaction((tx) => tx`delete from usage`);
  }

  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    await fresh();
    const response = await post(each.path, each.body);
    const text = await response.text();
    expect([response.status, text]).toEqual([each.status ?? 200, text]);
    const rows = await books.closed();
    expect(rows).toMatchObject(each.rows as never);
    expect(rows.length).toBe(each.rows.length);
    expect(booked(rows)).toBe(billed(books));
    for (const row of rows) {
      expect(row.trace).toBe(response.headers.get("x-request-id")!);
      expect(row.owner).toMatch(/^key-[0-9a-f]{12}$/);
      expect(row.endedAt! - row.openedAt).toBeGreaterThanOrEqual(0);
      expect(row.latencyMs).toBeGreaterThanOrEqual(0);
      expect(row.held).toBe(0);
    }
  });

  test("fal's own queue: in the books when it is submitted, settled when it is over", async () => {
    await fresh();
    const submitted = await post("/fal-ai/flux/dev", {
      prompt: "[sandbox run=300ms]",
      num_images: 2,
    });
    const { request_id: requestId } = (await submitted.json()) as { request_id: string };
    const [open] = await books.rows();
    expect(open).toMatchObject({ state: "open", requestId, cost: 0, route: "/{owner}/{app}" });
    const headers = { authorization: `Bearer ${CLIENT_KEY}` };
    await books.fetch(`/fal-ai/flux/requests/${requestId}/status`, { headers });
    const rows = await books.closed();
    expect(rows).toMatchObject([{ state: "completed", units: 2, cost: 50_000, requestId }]);
    expect(booked(rows)).toBe(billed(books));
  });

  test("another process than the one that it was submitted to sees its end, and books it", async () => {
    await fresh();
    const submitted = await post("/fal-ai/flux/dev", { prompt: "[sandbox run=50ms]" });
    const { request_id: requestId } = (await submitted.json()) as { request_id: string };
    await books.rows();
    const other = await keepingBooks(books.database, { fal: books.fal });
    try {
      const headers = { authorization: `Bearer ${CLIENT_KEY}` };
      await other.fetch(`/fal-ai/flux/requests/${requestId}/status`, { headers });
      const rows = await other.closed();
      expect(rows).toMatchObject([{ state: "completed", units: 1, cost: 25_000, requestId }]);
      expect(booked(rows)).toBe(billed(books));
    } finally {
      await other.parts.stop();
    }
  });

  test("cancelled before it began, it costs nothing", async () => {
    await fresh();
    const submitted = await post("/fal-ai/flux/dev", { prompt: "[sandbox queue=1m]" });
    const { request_id: id } = (await submitted.json()) as { request_id: string };
    const headers = { authorization: `Bearer ${CLIENT_KEY}` };
    const path = `/fal-ai/flux/requests/${id}`;
    await books.fetch(`${path}/status`, { headers });
    await books.fetch(`${path}/cancel`, { method: "PUT", headers });
    expect(await books.closed()).toMatchObject([{ state: "cancelled", units: 0, cost: 0 }]);
    expect(billed(books)).toBe(0);
  });

  test("a repetition that joins is paid once, by who began it", async () => {
    await fresh();
    const ask = (retry: string) =>
      books.fetch("/v1/images/generations", {
        method: "POST",
        headers: {
          authorization: `Bearer ${CLIENT_KEY}`,
          "content-type": "application/json",
          "x-stainless-retry-count": retry,
          "x-request-id": `ask-${retry}`,
        },
        body: JSON.stringify({ model: "flux-dev", prompt: "a cat [sandbox run=100ms]" }),
      });
    const answers = await Promise.all([ask("0"), ask("1"), ask("2")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const rows = await books.closed();
    expect(rows).toMatchObject([{ trace: "ask-0", state: "completed", cost: 25_000 }]);
    expect(billed(books)).toBe(25_000);
  });

  test("a language model's tokens are its own count", async () => {
    await fresh();
    const response = await post("/v1/chat/completions", { model: "gpt-4o-mini", messages });
    const { usage } = (await response.json()) as {
      usage: { prompt_tokens: number; completion_tokens: number };
    };
    const [row] = await books.closed();
    expect([row!.inputTokens, row!.outputTokens]).toEqual([
      usage.prompt_tokens,
      usage.completion_tokens,
    ]);
    expect(row!.cost).toBe(billed(books));
  });

  test("a stream whose client leaves costs what has come of it, by fal's price for tokens", async () => {
    await fresh();
    const content = "[sandbox delay=20ms tokens=500]";
    const body = { model: "gpt-4o-mini", messages: [{ role: "user", content }], stream: true };
    const response = await post("/v1/chat/completions", body);
    const reader = response.body!.getReader();
    await reader.read();
    await Bun.sleep(100);
    await reader.cancel();
    const [row] = await books.closed();
    expect(row).toMatchObject({ state: "cancelled", unit: "1m tokens" });
    expect(row!.outputTokens).toBeGreaterThan(0);
    expect(row!.outputTokens).toBeLessThan(500);
    expect(row!.cost).toBe(row!.inputTokens! + row!.outputTokens!);
  });

  test("a client that asks for no usage sees none", async () => {
    await fresh();
    const body = { model: "gpt-4o-mini", messages, stream: true };
    const text = await (await post("/v1/chat/completions", body)).text();
    expect(text).not.toContain('"usage"');
    expect((await books.closed())[0]).toMatchObject({ state: "completed" });
  });
});
