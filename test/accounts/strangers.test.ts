/** Who guesses keys is turned away; who has one is not, whatever comes from beside them. */
import { describe, expect, test } from "bun:test";
import { unauthorized } from "../../src/accounts/keyring.ts";
import { createStrangers } from "../../src/accounts/strangers.ts";
import { silent } from "../../src/log.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";

const ANNA = { id: "key_anna", name: "anna" };
const BOB = { id: "key_bob", name: "bob" };

const wrong = () => {
  throw unauthorized("Invalid API key", "invalid_api_key");
};
const revoked = () => {
  throw unauthorized("This API key was revoked.", "api_key_revoked");
};

function world(most = 3) {
  const time = { now: 0 };
  const now = () => time.now;
  const counters = createMemoryCounters({ now });
  const refresh = async () => {};
  const strangers = createStrangers({ counters, most, refresh, log: silent, now });
  const meet = async (address: string | undefined, identify: () => typeof ANNA) => {
    try {
      return (await strangers.meet(address, identify)).name;
    } catch (error) {
      return (error as { status: number }).status;
    }
  };
  return { time, meet, strangers };
}

async function guesses(meet: ReturnType<typeof world>["meet"], address: string, count: number) {
  const told = [];
  for (let guess = 0; guess < count; guess++) told.push(await meet(address, wrong));
  return told;
}

describe("strangers", () => {
  test("are heard three times a minute, and then again", async () => {
    const { meet, time } = world();
    expect(await guesses(meet, "203.0.113.7", 5)).toEqual([401, 401, 401, 429, 429]);
    expect(await meet("203.0.113.8", wrong)).toBe(401);
    time.now = 59_999;
    expect(await meet("203.0.113.7", wrong)).toBe(429);
    time.now = 60_000;
    expect(await meet("203.0.113.7", wrong)).toBe(401);
  });

  test("learn not even that a guess was right", async () => {
    const { meet } = world();
    await guesses(meet, "203.0.113.7", 4);
    expect(await meet("203.0.113.7", () => ANNA)).toBe(429);
  });

  test("do no harm to whoever was known at their address before", async () => {
    const { meet } = world();
    expect(await meet("203.0.113.7", () => ANNA)).toBe("anna");
    await guesses(meet, "203.0.113.7", 4);
    expect(await meet("203.0.113.7", () => ANNA)).toBe("anna");
    expect(await meet("203.0.113.7", () => BOB)).toBe(429);
    expect(await meet("198.51.100.1", () => BOB)).toBe("bob");
  });

  test("are not those whose key was good once", async () => {
    const { meet } = world();
    for (let time = 0; time < 10; time++) expect(await meet("203.0.113.7", revoked)).toBe(401);
  });

  test("say when to come back", async () => {
    const { strangers, meet, time } = world();
    await guesses(meet, "203.0.113.7", 4);
    time.now = 17_500;
    const told = expect.objectContaining({
      ...{ status: 429, code: "rate_limit_exceeded", headers: { "retry-after": "43" } },
      message: "Too many wrong keys came from your address. Try again in 43 s.",
    });
    expect(() => strangers.meet("203.0.113.7", wrong)).toThrow(told as never);
  });

  test("are looked for once more before they are called so", async () => {
    let made = false;
    const strangers = createStrangers({
      ...{ counters: createMemoryCounters(), most: 1, log: silent },
      refresh: async () => void (made = true),
    });
    const identify = () => (made ? ANNA : wrong());
    expect(await strangers.meet("203.0.113.7", identify)).toBe(ANNA);
  });

  test.each([
    ["2001:db8:1:2:a::1", "2001:db8:1:2:b::2", true],
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["::1", "::2", true],
    ["203.0.113.7", "203.0.113.70", false],
  ])("%s and %s are one: %p", async (one, other, same) => {
    const { meet } = world(1);
    await meet(one, wrong);
    expect(await meet(other, wrong)).toBe(same ? 429 : 401);
  });

  test.each([
    ["of nobody's address", undefined, 3],
    ["where there is no limit", "203.0.113.7", 0],
  ])("%s are always heard", async (_, address, most) => {
    const { meet } = world(most);
    for (let time = 0; time < 10; time++) expect(await meet(address, wrong)).toBe(401);
  });
});
