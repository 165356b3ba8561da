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
  const recent = createRecent<number>({ maxEntries: 100, maxBytes: 320 });
  for (let key = 0; key < 40; key++) recent.set(String(key), key, 8);
  recent.set("last", 40, 10);
  const kept = [...Array(40).keys()].filter((key) => recent.get(String(key)) !== undefined);
  expect(kept).toEqual([...Array(40).keys()].slice(2));
  expect(recent.get("last")).toBe(40);
});

test("a value that grows or shrinks counts once", () => {
  const recent = createRecent<number>({ maxEntries: 100, maxBytes: 320 });
  for (let round = 0; round < 100; round++) recent.set("a", round, round % 10);
  for (const key of "bcdefgh") recent.set(key, 0, 10);
  for (let key = 0; key < 24; key++) recent.set(String(key), 0, 10);
  expect(keys(recent, "abcdefgh")).toBe("abcdefgh");
  expect(recent.get("a")).toBe(99);
});

test("a value out of proportion is not kept, nor is the one it replaces", () => {
  const recent = createRecent<string>({ maxEntries: 100, maxBytes: 320 });
  recent.set("a", "small", 10);
  recent.set("b", "small", 10);
  recent.set("a", "large", 11);
  expect(recent.get("a")).toBeUndefined();
  expect(recent.get("b")).toBe("small");
  recent.delete("b");
  recent.delete("never");
  expect(recent.size).toBe(0);
});
