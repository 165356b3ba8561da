/** What a waiting person reads, and when. */
import { describe as group, expect, test } from "bun:test";
import type { Status } from "../../src/fal/queue.ts";
import type { Generation } from "../../src/generation/generation.ts";
import { describe, progress } from "../../src/generation/progress.ts";

const queued = (queue_position?: number): Status => ({
  status: "IN_QUEUE",
  ...(queue_position === undefined ? {} : { queue_position }),
});
const running = (...messages: string[]): Status => ({
  status: "IN_PROGRESS",
  logs: messages.map((message) => ({ message })) as never,
});
const over: Status = { status: "COMPLETED" };

group("a line says", () => {
  test.each<[string, (Status | undefined)[], number]>([
    ["In the queue", [undefined], 0],
    ["In the queue", [queued()], 0],
    ["In the queue", [queued(0)], 400],
    ["In the queue, 3 ahead (2 s)", [queued(3)], 2100],
    ["In the queue, 3 ahead", [queued(1), queued(3)], 0],
    ["In the queue", [running(" 50%|##"), undefined], 0],
    ["Generating", [running()], 0],
    ["Generating (61 s)", [running("Starting")], 61_000],
    ["Generating, 40 %", [running(" 10%|#", "loading", " 40%|####")], 0],
    ["Generating, 40 %", [running("40 % done"), running("90%")], 0],
    ["Generating, 100 %", [running("400%")], 0],
    ["Generating, 30 %", [running("30%"), over], 0],
    ["Generating, 100 % (3 s)", [over, over], 3000],
  ])("%s", (line, statuses, elapsed) => {
    expect(describe(statuses, elapsed)).toBe(line);
  });
});

/** A generation whose statuses the test sets. */
function held() {
  let statuses: (Status | undefined)[] = [undefined];
  const listeners = new Set<() => void>();
  const { promise, resolve, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const generation = {
    settled: promise,
    progress: () => statuses,
    watch(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Generation;
  return {
    generation,
    listeners,
    now(...next: (Status | undefined)[]) {
      statuses = next;
      for (const listener of listeners) listener();
    },
    settle: () => resolve(undefined as never),
    fail: () => reject(new Error("failed")),
  };
}

const options = { beat: 60_000, now: () => 0 };

test("a line comes at every change, and none twice", async () => {
  const { generation, now, settle, listeners } = held();
  const lines = progress(generation, new AbortController().signal, options);
  expect(await lines.next()).toEqual({ done: false, value: "In the queue" });
  const next = lines.next();
  now(queued(2));
  expect((await next).value).toBe("In the queue, 2 ahead");
  const last = lines.next();
  now(queued(2));
  await Bun.sleep(1);
  now(running("7%"));
  expect((await last).value).toBe("Generating, 7 %");
  const end = lines.next();
  settle();
  expect((await end).done).toBe(true);
  expect(listeners.size).toBe(0);
});

test("a beat tells how long it has been", async () => {
  const { generation, settle } = held();
  let seconds = 0;
  const clock = { beat: 1, now: () => 1000 * seconds++ };
  const lines = progress(generation, new AbortController().signal, clock);
  expect((await lines.next()).value).toBe("In the queue (1 s)");
  expect((await lines.next()).value).toBe("In the queue (2 s)");
  settle();
  expect((await lines.next()).done).toBe(true);
});

test.each(["fails", "is left"])("it ends when the generation %s", async (how) => {
  const { generation, fail, listeners } = held();
  const leaving = new AbortController();
  const lines = progress(generation, leaving.signal, options);
  await lines.next();
  const next = lines.next();
  if (how === "fails") fail();
  else leaving.abort();
  expect((await next).done).toBe(true);
  expect(listeners.size).toBe(0);
});
