/** Money in whole millionths: sums exact, and never a millionth more than a price says. */
import { describe, expect, test } from "bun:test";
import { readOwnPrices } from "../../src/accounts/own-prices.ts";
import { endOf, startOf } from "../../src/accounts/period.ts";
import { microUsd, money, mostMicroUsd } from "../../src/accounts/money.ts";

test.each([
  [0.2 * 3, 600_000],
  [0.1 + 0.2, 300_000],
  [0.025 * 3, 75_000],
  [0.0000001, 1],
  [0, 0],
  [0.0000014, 2],
  [1.5, 1_500_000],
])("%d dollars are at most %d millionths", (dollars, most) => {
  expect(mostMicroUsd(dollars)).toBe(most);
});

test("what was spent is rounded to the nearest", () => {
  expect([microUsd(0.0005595), microUsd(0.0000004), microUsd(0.1 + 0.2)]).toEqual([
    560, 0, 300_000,
  ]);
});

test.each([
  [0, "$0"],
  [12_000_000, "$12"],
  [500_000, "$0.50"],
  [40_000, "$0.04"],
  [600_001, "$0.600001"],
  [559, "$0.000559"],
  [1_250_000, "$1.25"],
])("%d is shown as %s", (micro, shown) => {
  expect(money(micro)).toBe(shown);
});

describe("periods of UTC's calendar", () => {
  const at = Date.parse("2026-03-01T23:59:59.999Z"); // a Sunday
  test.each([
    ["day", "2026-03-01", "2026-03-02"],
    ["week", "2026-02-23", "2026-03-02"],
    ["month", "2026-03-01", "2026-04-01"],
    ["year", "2026-01-01", "2027-01-01"],
  ] as const)("%s", (period, from, to) => {
    expect(new Date(startOf(period, at)).toISOString()).toBe(`${from}T00:00:00.000Z`);
    expect(new Date(endOf(period, at)!).toISOString()).toBe(`${to}T00:00:00.000Z`);
  });
  test("in total, there is neither", () => {
    expect([startOf("total", at), endOf("total", at)]).toEqual([0, undefined]);
  });
});

describe("an owner's own prices", () => {
  test("are a number, or a table with a unit", () => {
    const prices = readOwnPrices({ "a/b": 0.03, "c/d": { amount: 0, unit: "images" } });
    expect([...prices]).toEqual([
      ["a/b", { amount: 0.03 }],
      ["c/d", { amount: 0, unit: "images" }],
    ]);
  });
  test.each([
    [{ "a/b": -1 }, '[prices] "a/b" must be dollars for one unit, such as 0.03'],
    [{ "a/b": "0.03" }, '[prices] "a/b" must be dollars for one unit, such as 0.03'],
    [{ "a/b": { unit: "images" } }, '[prices] "a/b" must be dollars for one unit, such as 0.03'],
    [{ "a/b": { amount: Infinity } }, '[prices] "a/b" must be dollars for one unit, such as 0.03'],
    [{ "a/b": { amount: 1, unit: 3 } }, '[prices] "a/b": unit must be a text such as "images"'],
    [{ "a/b": { amount: 1, per: "image" } }, '[prices] "a/b" has no "per"'],
  ])("%j", (table, message) => {
    expect(() => readOwnPrices(table)).toThrow(message);
  });
});
