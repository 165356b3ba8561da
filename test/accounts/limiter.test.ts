/** What a request is told of its key's limits. */
import { expect, test } from "bun:test";
import { createLimiter } from "../../src/accounts/limiter.ts";
import type { Hit } from "../../src/store/counters/counters.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";

const ANNA = { id: "key_anna", name: "anna", limits: { rpm: 60 } };

const answering = (hit: Partial<Hit>) =>
  createLimiter({
    seize: async () => undefined,
    hit: async () => ({ allowed: true, remaining: 7, retryMs: 0, resetMs: 0, ...hit }),
  });

test.each([
  [0, "0ms"],
  [1, "1ms"],
  [999.2, "1000ms"],
  [1000, "1s"],
  [1001, "2s"],
  [59_000, "59s"],
  [60_000, "1m0s"],
  [60_000.000001, "1m0s"],
] as const)("%d ms until it is reset are %s", async (resetMs, text) => {
  const passage = await answering({ resetMs }).enter(ANNA);
  expect(passage?.headers).toEqual({
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "7",
    "x-ratelimit-reset-requests": text,
  });
});

test.each([
  [0.3, "1"],
  [1000, "1"],
  [1001, "2"],
  [60_000.000001, "60"],
] as const)("%d ms until the next one are %s s", async (retryMs, text) => {
  const refused = answering({ allowed: false, retryMs }).enter(ANNA);
  const headers = expect.objectContaining({ "retry-after": text });
  expect(refused).rejects.toThrow(expect.objectContaining({ status: 429, headers }) as never);
});

test("a caller without limits is not counted at all", () => {
  const limiter = createLimiter({
    seize: () => Promise.reject(new Error("asked")),
    hit: () => Promise.reject(new Error("asked")),
  });
  for (const limits of [undefined, {}, { models: ["flux-*"] }]) {
    expect(
      limiter.enter({ id: "key_bob", name: "bob", ...(limits && { limits }) }),
    ).toBeUndefined();
  }
});

test("a place is given back where the count fails, and only once where it is left twice", async () => {
  const counters = createMemoryCounters();
  const broken = createLimiter({
    seize: counters.seize,
    hit: () => Promise.reject(new Error("Redis is gone")),
  });
  const both = { ...ANNA, limits: { rpm: 60, concurrency: 1 } };
  expect(broken.enter(both)).rejects.toThrow("Redis is gone");
  await Bun.sleep(0);
  const limiter = createLimiter(counters);
  const passage = (await limiter.enter(both))!;
  passage.leave();
  passage.leave();
  const again = (await limiter.enter(both))!;
  expect(limiter.enter(both)).rejects.toThrow("This key may make one request at the same time");
  again.leave();
});
