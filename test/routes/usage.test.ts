/** Reports of the books at the wire: of everybody, of one's own, as JSON, as CSV and as applications ask. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Books, keepingBooks } from "../support/books.ts";
import { ADMIN_KEY, bearer, makeKey } from "../support/keys.ts";
import { closeDatabases, emptyDatabase } from "../support/state.ts";

let books: Books;
let anna: string;
let bert: string;

const today = new Date().toISOString().slice(0, 10);
const month = `${today.slice(0, 8)}01`;

beforeAll(async () => {
  const database = await emptyDatabase();
  books = await keepingBooks(database);
  anna = await makeKey(books, { name: "anna", budget: "20usd/month" });
  bert = await makeKey(books, { name: "bert" });
  const draw = (key: string, body: object) =>
    books.fetch("/v1/images/generations", {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await draw(anna, { model: "flux-dev", prompt: "a cat" });
  await draw(anna, { model: "flux-dev", prompt: "a dog", n: 2 });
  await draw(anna, { model: "flux-dev", prompt: "[sandbox error=content_policy_violation]" });
  await draw(bert, { model: "nano-banana", prompt: "a cat" });
  await books.closed();
});
afterAll(async () => {
  await books.stop();
  await closeDatabases();
});

const get = (path: string, key: string, headers = {}) =>
  books.fetch(path, { headers: { ...bearer(key), ...headers } });

/** Whatever the answer is: the expectations below say what it must be. */
type Json = Record<string, any>;

async function json(path: string, key = ADMIN_KEY) {
  const response = await get(path, key);
  return [response.status, (await response.json()) as Json] as const;
}

const NO_TOKENS = { input_tokens: 0, output_tokens: 0 };
const ANNA = { calls: 3, failed: 1, cost_usd: 0.075, ...NO_TOKENS };
const BERT = { calls: 1, failed: 0, cost_usd: 0.039, ...NO_TOKENS };
const TOTAL = { calls: 4, failed: 1, cost_usd: 0.114, ...NO_TOKENS };
const REPORT = { object: "list", from: month, to: today, has_more: false };
const KEY = expect.stringMatching(/^key_/);

describe("/admin/usage", () => {
  test.each([
    [
      "",
      [
        { key: KEY, name: "anna", ...ANNA },
        { key: KEY, name: "bert", ...BERT },
      ],
    ],
    [
      "?by=model",
      [
        { model: "flux-dev", ...ANNA },
        { model: "nano-banana", ...BERT },
      ],
    ],
    ["?by=day", [{ day: today, ...TOTAL }]],
    ["?by=day,endpoint&model=flux-dev", [{ day: today, endpoint: "fal-ai/flux/dev", ...ANNA }]],
    ["?by=key&key=anna", [{ key: KEY, name: "anna", ...ANNA }]],
    [
      "?by=state&key=anna",
      [
        { state: "completed", ...ANNA, calls: 2, failed: 0 },
        { state: "failed", ...ANNA, calls: 1, failed: 1, cost_usd: 0 },
      ],
    ],
    ["?by=model&from=2001-01-01&to=2001-12-31", []],
  ])("%s", async (query, data) => {
    const [status, body] = await json(`/admin/usage${query}`);
    expect(status).toBe(200);
    const sorted = (rows: readonly { name?: string }[]) =>
      rows.toSorted((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
    expect({ ...body, data: sorted(body.data) }).toMatchObject(
      query.includes("2001") ? { data } : { ...REPORT, data },
    );
    expect(body.data.length).toBe(data.length);
  });

  test("call by call, page by page", async () => {
    const [, first] = await json("/admin/usage?by=call&limit=3");
    expect(first.has_more).toBe(true);
    expect(first.total).toEqual(TOTAL);
    expect(first.data[0]).toEqual({
      id: expect.any(String),
      time: expect.stringMatching(/Z$/),
      key: KEY,
      name: "bert",
      route: "/v1/images/generations",
      model: "nano-banana",
      endpoint: "fal-ai/nano-banana",
      trace: expect.stringMatching(/^req_/),
      request_id: expect.any(String),
      state: "completed",
      units: 1,
      unit: "images",
      unit_price_usd: 0.039,
      cost_usd: 0.039,
      held_usd: 0,
      input_tokens: null,
      output_tokens: null,
      latency_ms: expect.any(Number),
      queue_ms: expect.any(Number),
      ended: expect.stringMatching(/Z$/),
    });
    const [, last] = await json(`/admin/usage?by=call&limit=3&after=${first.data[2].id}`);
    expect(last.data).toHaveLength(1);
    expect(last.has_more).toBe(false);
    expect(new Set([...first.data, ...last.data].map(({ id }) => id)).size).toBe(4);
  });

  test.each([
    ["/admin/usage?by=model&format=csv", {}],
    ["/admin/usage?by=model", { accept: "text/csv" }],
  ])("%s as CSV", async (path, headers) => {
    const response = await get(path, ADMIN_KEY, headers);
    expect(response.headers.get("content-type")).toStartWith("text/csv");
    expect(await response.text()).toBe(
      "model,calls,failed,cost_usd,input_tokens,output_tokens\r\n" +
        "flux-dev,3,1,0.075,0,0\r\nnano-banana,1,0,0.039,0,0\r\n",
    );
  });

  test.each([
    ["?by=colour", "by", /^'by' must be call, or some of key, model/],
    ["?from=yesterday", "from", /^'from' must be a day of UTC/],
    ["?from=2026-06-31", "from", /^'from' must be a day of UTC/],
    ["?from=2026-06-30&to=2026-06-01", "to", /^'to' must not be before 'from'\./],
    ["?limit=0", "limit", /^'limit' must be a whole number from 1 to 10000\./],
    ["?limit=1.5", "limit", /^'limit' must be/],
    ["?format=xml", "format", /^'format' must be json or csv\./],
    ["?key=nobody", "key", /^There is no key 'nobody'\./],
    ["?by=call&after=nothing", "after", /^There is no call 'nothing' to list after\./],
    ["?group=key", "group", /^There is no 'group'\. There are from, to, by/],
  ])("%s is refused by name", async (query, param, message) => {
    const [status, { error }] = await json(`/admin/usage${query}`);
    expect([status, error.param, error.type]).toEqual([400, param, "invalid_request_error"]);
    expect(error.message).toMatch(message);
  });

  test("is for the administrator alone", async () => {
    expect((await json("/admin/usage", anna))[0]).toBe(401);
  });
});

describe("one's own", () => {
  test.each(["/v1/usage", "/usage"])("%s, with the budget", async (path) => {
    const [status, body] = await json(path, anna);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...REPORT,
      data: [{ model: "flux-dev", ...ANNA }],
      total: ANNA,
      budget: { limit_usd: 20, period: "month", spent_usd: 0.075 },
    });
    expect(body.budget.resets_at).toMatch(/-01T00:00:00.000Z$/);
  });

  test("nothing of anybody else's", async () => {
    const [, { data, budget }] = await json("/v1/usage?by=call", bert);
    expect(data.map(({ model }: { model: string }) => model)).toEqual(["nano-banana"]);
    expect(budget).toBeNull();
    const [, { data: annas }] = await json("/v1/usage?by=call", anna);
    const [status, { error }] = await json(`/v1/usage?by=call&after=${annas[0].id}`, bert);
    expect([status, error.param]).toEqual([400, "after"]);
    expect((await json("/v1/usage?key=anna", bert))[0]).toBe(400);
  });
});

describe("as chat applications ask", () => {
  test.each(["/v1/dashboard/billing", "/dashboard/billing"])("%s", async (path) => {
    expect(await json(`${path}/subscription`, anna)).toEqual([
      200,
      {
        object: "billing_subscription",
        has_payment_method: true,
        soft_limit_usd: 20,
        hard_limit_usd: 20,
        system_hard_limit_usd: 20,
        access_until: 0,
      },
    ]);
    const query = "?start_date=2026-08-01&end_date=2026-09-01";
    expect(await json(`${path}/usage${query}`, anna)).toEqual([
      200,
      { object: "list", total_usage: 7.5 },
    ]);
    const [, unlimited] = await json(`${path}/subscription`, bert);
    expect(unlimited.hard_limit_usd).toBe(100_000_000);
    expect((await json(`${path}/usage`, bert))[1].total_usage).toBe(3.9);
  });
});
