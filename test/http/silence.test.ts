/** Silence on many connections at once: each is told of its own. */
import { expect, test } from "bun:test";
import { onSilence } from "../../src/http/silence.ts";

/** Counts how often it was told. */
const listener = () => {
  const told = { times: 0, silent: () => void (told.times += 1) };
  return told;
};

test("who goes on hearing is not told; who does not is told again and again, until it stops", async () => {
  const [quiet, busy, stopped] = [listener(), listener(), listener()];
  const silences = [quiet, busy, stopped].map((each) => onSilence(80, each));
  silences[2]!.stop();
  for (let beat = 0; beat < 30; beat += 1) {
    await Bun.sleep(10);
    silences[1]!.broken();
  }
  expect(quiet.times).toBeGreaterThan(1);
  expect([busy.times, stopped.times]).toEqual([0, 0]);
  for (const silence of silences) silence.stop();
  const before = quiet.times;
  await Bun.sleep(200);
  expect(quiet.times).toBe(before);
});

test("nobody is told before the time is over", async () => {
  const told = listener();
  const before = performance.now();
  const silence = onSilence(60, told);
  while (told.times === 0) await Bun.sleep(1);
  expect(performance.now() - before).toBeGreaterThanOrEqual(60);
  silence.stop();
});
