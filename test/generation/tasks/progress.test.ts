/** How far a task is, moment by moment. */
import { describe, expect, test } from "bun:test";
import type { Status } from "../../../src/fal/queue.ts";
import type { Task } from "../../../src/generation/task.ts";
import { progressOf, type Sight, sightOf } from "../../../src/generation/tasks/progress.ts";

const at = (state: Task["state"], more: Partial<Task> = {}) =>
  ({ state, kind: "video", updatedAt: 0, progress: 0, ...more }) as Task;

test.each<[string, Task, Sight[], number, number]>([
  ["nothing done", at("queued"), [], 0, 0],
  ["being prepared", at("preparing"), [], 0, 1],
  ["at fal, not heard of", at("running"), [], 0, 5],
  ["in the queue", at("running"), [{ position: 3 }], 0, 5],
  ["in the queue for an hour", at("running"), [{ position: 3 }], 3_600_000, 9],
  ["begun", at("running"), [{}], 0, 13],
  ["half of the usual time", at("running"), [{}], 75_000, 49],
  ["for an hour", at("running"), [{}], 3_600_000, 85],
  ["40 % by its log", at("running"), [{ percent: 40 }], 0, 39],
  ["less by its log than by the clock", at("running"), [{ percent: 1 }], 75_000, 49],
  ["the slowest of two", at("running"), [{ percent: 90 }, { percent: 40 }], 0, 39],
  ["one of two still waits", at("running"), [{ percent: 90 }, { position: 0 }], 0, 5],
  ["with a second stage to come", at("running", { upsample: true }), [{ percent: 100 }], 0, 55],
  ["waiting for an hour, of two stages", at("running", { upsample: true }), [], 3_600_000, 7],
  ["begun, of two stages", at("running", { upsample: true }), [{}], 0, 10],
  ["in the second stage", at("upsampling", { upsample: true }), [{ percent: 50 }], 0, 72],
  ["being kept", at("keeping"), [], 0, 90],
  ["being kept for an hour", at("keeping"), [], 3_600_000, 98],
  ["over", at("completed", { progress: 100 }), [], 0, 100],
  ["failed half-way", at("failed", { progress: 42 }), [{ percent: 90 }], 9_999_999, 42],
])("%s", (_, task, sights, now, progress) => {
  expect(progressOf(task, sights, now)).toBe(progress);
});

describe("what is seen of a status", () => {
  const logs = (...messages: string[]) => messages.map((message) => ({ message }));
  test.each<[string, Status, Sight | undefined, Sight]>([
    ["a place in the queue", { status: "IN_QUEUE", queue_position: 4 }, undefined, { position: 4 }],
    ["a queue without a place", { status: "IN_QUEUE" }, undefined, { position: 0 }],
    ["begun", { status: "IN_PROGRESS", logs: null }, { position: 1 }, {}],
    [
      "a progress bar",
      { status: "IN_PROGRESS", logs: logs(" 10%|#", "37%|###") },
      {},
      { percent: 37 },
    ],
    [
      "no news of it",
      { status: "IN_PROGRESS", logs: logs("saving") },
      { percent: 37 },
      { percent: 37 },
    ],
    ["nonsense", { status: "IN_PROGRESS", logs: logs("240 % sure") }, {}, { percent: 100 }],
  ])("%s", (_, status, before, seen) => {
    expect(sightOf(status, before)).toEqual(seen);
  });
});
