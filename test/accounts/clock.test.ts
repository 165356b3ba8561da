/** A clock that others set: what of that is believed, and when. */
import { expect, test } from "bun:test";
import { createClock } from "../../src/accounts/clock.ts";

const HOUR = 3_600_000;
const START = 1_795_243_913_000;

function world() {
  const time = { wall: START, steady: 5_000 };
  const clock = createClock({ wall: () => time.wall, steady: () => time.steady });
  return {
    clock,
    pass(ms: number) {
      time.wall += ms;
      time.steady += ms;
      return clock();
    },
    set(ms: number) {
      time.wall += ms;
      return clock();
    },
  };
}

test("runs with the wall clock", () => {
  const { clock, pass } = world();
  expect(clock()).toBe(START);
  expect(pass(HOUR)).toBe(START + HOUR);
});

test("follows what NTP corrects", () => {
  const { set, pass } = world();
  expect(set(1_500)).toBe(START + 1_500);
  expect(set(-1_900)).toBe(START - 400);
  expect(pass(1_000)).toBe(START + 600);
});

test.each([
  ["forwards", 48 * HOUR],
  ["backwards", -48 * HOUR],
])("a jump %s and back changes nothing", (_, jump) => {
  const { set, pass } = world();
  expect(set(jump)).toBe(START);
  expect(pass(60_000)).toBe(START + 60_000);
  expect(set(-jump)).toBe(START + 60_000);
  expect(pass(10 * 60_000)).toBe(START + 11 * 60_000);
});

test("a jump that lasts is believed after five minutes", () => {
  const { set, pass } = world();
  set(48 * HOUR);
  expect(pass(299_000)).toBe(START + 299_000);
  expect(pass(1_000)).toBe(START + 48 * HOUR + 300_000);
});

test("a clock that keeps jumping is believed at no time", () => {
  const { set, pass } = world();
  for (let round = 1; round <= 10; round++) {
    set(HOUR);
    expect(pass(60_000)).toBe(START + round * 60_000);
  }
});
