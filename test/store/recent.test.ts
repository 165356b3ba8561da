/** What stays in memory, and what goes. */
import { expect, test } from "bun:test";
import { createRecent } from "../../src/store/recent.ts";

const keys = (recent: { get(key: string): unknown }, all: string) =>
  [...all].filter((key) => recent.get(key) !== undefined).join("");

test("past the number, the one that was used longest ago goes", () => {
  const recent = createRecent<string>({ maxEntries: 3, maxBytes: 1_000 });
  for (const key of "abc") recent.set(key, key, 1);
  recent.get("a");
  recent.set("d", "d", 1);
  expect(keys(recent, "abcd")).toBe("acd");
  expect(recent.size).toBe(3);
});

test("past the bytes, as many go as it takes", () => {
  const recent = createRecent<string>({ maxEntries: 100, maxBytes: 100 });
  for (const key of "abcdefghij") recent.set(key, key, 10);
  recent.set("k", "k", 12);
  expect(keys(recent, "abcdefghijk")).toBe("cdefghijk");
});

test("a value that grows or shrinks counts once", () => {
  const recent = createRecent<number>({ maxEntries: 100, maxBytes: 80 });
  for (let round = 0; round < 100; round++) recent.set("a", round, round % 10);
  for (const key of "bcdefgh") recent.set(key, 0, 10);
  expect(keys(recent, "abcdefgh")).toBe("abcdefgh");
  expect(recent.get("a")).toBe(99);
});

test("a value out of proportion is not kept, nor is the one it replaces", () => {
  const recent = createRecent<string>({ maxEntries: 100, maxBytes: 80 });
  recent.set("a", "small", 10);
  recent.set("b", "small", 10);
  recent.set("a", "large", 11);
  expect(recent.get("a")).toBeUndefined();
  expect(recent.get("b")).toBe("small");
  recent.delete("b");
  recent.delete("never");
  expect(recent.size).toBe(0);
});
