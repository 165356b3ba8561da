/** What an owner may say of a new key, and what is wrong with the rest. */
import { describe, expect, test } from "bun:test";
import { budgetText, readBudget } from "../../src/accounts/budget-text.ts";
import { type Allowable, readDraft } from "../../src/accounts/draft.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");
const DAY = 86_400_000;

const allowable: Allowable = {
  isModel: (glob) => glob === "flux-*" || glob === "veo3",
  nearest: () => ["flux-dev"],
  isRoute: (glob) => glob.startsWith("/v1/"),
};

const read = (said: object) => readDraft({ name: "anna", ...said }, allowable, NOW);

test("everything", () => {
  const said = {
    ...{ rpm: 60, concurrency: 4, budget: "20usd/month", weight: 3 },
    ...{ models: ["flux-*", "veo3"], routes: ["/v1/images/*"], expires: "90d" },
  };
  expect(read(said)).toEqual({
    name: "anna",
    expiresAt: NOW + 90 * DAY,
    limits: {
      ...{ rpm: 60, concurrency: 4, weight: 3 },
      budget: { microUsd: 20_000_000, period: "month" },
      models: ["flux-*", "veo3"],
      routes: ["/v1/images/*"],
    },
  });
});

test("a name alone, and null for what is left out", () => {
  const bare = { name: "anna", expiresAt: null, limits: {} };
  expect(read({})).toEqual(bare);
  expect(read({ rpm: null, budget: null, models: null, expires: null })).toEqual(bare);
});

test.each([
  ["12h", NOW + DAY / 2],
  ["30m", NOW + 30 * 60_000],
  ["2w", NOW + 14 * DAY],
  ["1y", NOW + 365 * DAY],
  ["1.5d", NOW + 1.5 * DAY],
  ["2027-01-31", Date.parse("2027-01-31T00:00:00Z")],
  ["2027-01-31T12:00:00+02:00", Date.parse("2027-01-31T10:00:00Z")],
])("expires %p", (expires, wanted) => {
  expect(read({ expires }).expiresAt).toBe(wanted);
});

test.each([
  ["20usd/month", 20_000_000, "month", "20usd/month"],
  ["0.5 USD / day", 500_000, "day", "0.5usd/day"],
  ["$3/week", 3_000_000, "week", "3usd/week"],
  ["7usd", 7_000_000, "total", "7usd"],
  ["0usd/year", 0, "year", "0usd/year"],
] as const)("budget %p", (text, microUsd, period, again) => {
  expect(readBudget(text)).toEqual({ microUsd, period });
  expect(budgetText({ microUsd, period })).toBe(again);
});

describe("what is refused", () => {
  test.each([
    ["name", { name: undefined }, "Missing required parameter: 'name'."],
    ["name", { name: "" }, "Missing required parameter: 'name'."],
    ["name", { name: 7 }, /^'name' must be 1 to 64 letters/],
    ["name", { name: "a\nb" }, /^'name' must be 1 to 64 letters/],
    ["name", { name: "x".repeat(65) }, /^'name' must be 1 to 64 letters/],
    ["name", { name: "key-1" }, "'name' must not be 'key-1', which means somebody else."],
    ["name", { name: "anonymous" }, /means somebody else/],
    ["rpm", { rpm: 0 }, "'rpm' must be a whole number from 1 to 1000000."],
    ["rpm", { rpm: -1 }, /must be a whole number/],
    ["rpm", { rpm: 1.5 }, /must be a whole number/],
    ["rpm", { rpm: "60" }, /must be a whole number/],
    ["rpm", { rpm: Number.POSITIVE_INFINITY }, /must be a whole number/],
    ["concurrency", { concurrency: 0 }, /must be a whole number/],
    ["weight", { weight: 1001 }, "'weight' must be a whole number from 1 to 1000."],
    ["budget", { budget: "-5usd" }, `'budget' is "-5usd", which must not be negative.`],
    ["budget", { budget: "5" }, /which has no unit; fal bills in US dollars/],
    ["budget", { budget: "5eur/month" }, /which has the unknown unit 'eur'/],
    ["budget", { budget: "5usd/fortnight" }, /the unknown period 'fortnight'; there are day, week/],
    ["budget", { budget: "usd" }, /which is no amount/],
    ["budget", { budget: "1,000usd" }, /which is no amount/],
    ["budget", { budget: "2000000000usd" }, /must be at most 1000000000usd/],
    ["budget", { budget: 20 }, "'budget' must be a text."],
    ["expires", { expires: "90" }, /which has no unit; write it as 90d/],
    ["expires", { expires: "9q" }, /the unknown unit 'q'/],
    ["expires", { expires: "-1d" }, /must lie in the future/],
    ["expires", { expires: "0d" }, /must lie in the future/],
    ["expires", { expires: "2020-01-01" }, /must lie in the future/],
    ["expires", { expires: "2027-13-01" }, /is no date that there is/],
    ["expires", { expires: "soon" }, /is no time; write it as/],
    ["expires", { expires: "101y" }, /must be at most 100 years/],
    [
      "models",
      { models: ["flx-*"] },
      `'models' has "flx-*", which matches nothing. Did you mean flux-dev?`,
    ],
    ["models", { models: [] }, /must be 1 to 100 names/],
    ["models", { models: "flux-*" }, /must be 1 to 100 names/],
    ["models", { models: ["veo3", 7] }, /must be 1 to 100 names/],
    ["models", { models: ["a b"] }, /must be 1 to 100 names/],
    ["routes", { routes: ["/v2/*"] }, `'routes' has "/v2/*", which matches nothing.`],
    ["rmp", { rmp: 60 }, /^There is no 'rmp'\. There are name, /],
  ] as const)("%s: %p", (param, said, message) => {
    const fault = expect.objectContaining({
      ...{ status: 400, param },
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    expect(() => read(said)).toThrow(fault as never);
  });
});
