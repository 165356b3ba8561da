/** Ids, in each relay's own form. */
import { expect, test } from "bun:test";
import { jimengId } from "../../src/relays/jimeng/id.ts";
import { newApiId } from "../../src/relays/new-api/id.ts";
import { ALL, LOWER, randomOf } from "../../src/relays/random.ts";
import { veoId } from "../../src/relays/veo/id.ts";

const NOW = Date.UTC(2025, 7, 29, 16, 51, 22, 582);

test.each<[string, () => string, RegExp]>([
  ["VEO", () => veoId("veo3-fast-frames", NOW), /^veo3-fast-frames:1756486282-[A-Za-z0-9]{10}$/],
  ["Jimeng", () => jimengId(NOW), /^cgt-20250829165122-[a-z0-9]{5}$/],
  ["new-api", newApiId, /^task_[A-Za-z0-9]{32}$/],
])("of %s", (_, id, form) => {
  const ids = Array.from({ length: 50 }, id);
  for (const each of ids) expect(each).toMatch(form);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every letter comes as often as the others", () => {
  for (const alphabet of [ALL, LOWER]) {
    const counts = Map.groupBy(randomOf(alphabet, alphabet.length * 1000), (letter) => letter);
    expect(counts.size).toBe(alphabet.length);
    for (const [, { length }] of counts) expect(Math.abs(length - 1000)).toBeLessThan(250);
  }
});
