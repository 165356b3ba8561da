/** Which names a glob stands for. */
import { expect, test } from "bun:test";
import { matches } from "../../src/accounts/glob.ts";

test.each([
  ["flux-*", "flux-dev", true],
  ["flux-*", "flux-", true],
  ["flux-*", "flux", false],
  ["flux-*", "my-flux-dev", false],
  ["flux-dev", "flux-dev", true],
  ["flux-dev", "flux-dev-2", false],
  ["fal-ai/*", "fal-ai/flux/dev", true],
  ["*", "", true],
  ["*", "anything/at/all", true],
  ["*dev", "flux-dev", true],
  ["*dev", "dev-flux", false],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "acb", false],
  ["a*b*c", "abc", true],
  ["ab*ba", "aba", false],
  ["ab*ba", "abba", true],
  ["**", "x", true],
  ["", "", true],
  ["", "x", false],
  ["flux.dev", "flux-dev", false],
  ["FLUX-*", "flux-dev", false],
] as const)("%j and %j: %p", (glob, name, wanted) => {
  expect(matches(glob, name)).toBe(wanted);
});

test("takes no longer for a glob of many stars", () => {
  const name = "a".repeat(100_000);
  expect(matches(`${"a*".repeat(99)}b`, name)).toBe(false);
});
