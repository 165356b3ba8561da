/** fal keys in turn, and how long one is set aside. */
import { expect, test } from "bun:test";
import { createFalKeys, type FalKey } from "../../src/fal/keys.ts";

test("are taken in turn", () => {
  const keys = createFalKeys(["a:1", "b:2"]);
  expect([1, 2, 3].map(() => keys.next()!.value)).toEqual(["a:1", "b:2", "a:1"]);
});

test("have names that show four characters at most, and none of the secret", () => {
  expect(createFalKeys(["abcdef:1", "x:2"]).all.map(({ name }) => name)).toEqual([
    "fal key 1 (abcd…)",
    "fal key 2 (x…)",
  ]);
});

test.each([
  ["refused", 10],
  ["locked", 2],
] as const)("%s: set aside for %i minutes", (why, minutes) => {
  let clock = 0;
  const keys = createFalKeys(["a:1", "b:2"], () => clock);
  const [first] = keys.all;
  keys.setAside(first!, why);
  const taken = () => [keys.next()!.value, keys.next()!.value];
  expect(taken()).toEqual(["b:2", "b:2"]);
  clock = minutes * 60_000 - 1;
  expect(taken()).toEqual(["b:2", "b:2"]);
  clock += 1;
  expect(taken()).toContain("a:1");
});

test("all set aside: the one that comes back first; all tried: none", () => {
  const keys = createFalKeys(["a:1", "b:2"], () => 0);
  const [a, b] = keys.all as [(typeof keys.all)[0], (typeof keys.all)[0]];
  keys.setAside(a, "refused");
  keys.setAside(b, "locked");
  expect(keys.next()).toBe(b);
  expect(keys.next(new Set([b]))).toBe(a);
  expect(keys.next(new Set([a, b]))).toBeUndefined();
});

test("the key that is asked for first goes first, unless it was tried", () => {
  const keys = createFalKeys(["a:1", "b:2", "c:3"], () => 0);
  const [a, b, c] = keys.all as [FalKey, FalKey, FalKey];
  expect(keys.next(new Set(), c)).toBe(c);
  // The turn goes on behind it.
  expect(keys.next()).toBe(a);
  expect(keys.next(new Set([c]), c)).toBe(b);
});

test("ready are those that are not set aside, the next in turn first; all, when all are", () => {
  const keys = createFalKeys(["a:1", "b:2", "c:3"], () => 0);
  const [a, b, c] = keys.all as [FalKey, FalKey, FalKey];
  keys.next();
  expect(keys.ready()).toEqual([b, c, a]);
  keys.setAside(b, "locked");
  expect(keys.ready()).toEqual([c, a]);
  keys.setAside(a, "refused");
  keys.setAside(c, "refused");
  expect(keys.ready()).toEqual([b, c, a]);
});
