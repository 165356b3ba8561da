/** A task's state in the words of each relay. */
import { describe, expect, test } from "bun:test";
import { rankOf, type Task } from "../../src/generation/task.ts";
import { failureOf } from "../../src/relays/failure.ts";
import { taskStatus } from "../../src/relays/task-status.ts";
import { VEO_STATUSES, veoStatus } from "../../src/relays/veo/status.ts";

const error = (code: string, status = 400) => ({
  ...{ message: "It failed.", type: "upstream_error", param: null, code, status },
});

const task = (state: Task["state"], more: object = {}) =>
  ({
    state,
    kind: "video",
    request: { prompt: "x" },
    media: [],
    progress: 5,
    ...more,
  }) as unknown as Task;

const pictures = { request: { prompt: "x", images: ["https://x/a.png"] } };
const media = [{ url: "https://x/v.mp4" }];
const begun = { progress: 10 };

/** In order of time: no word comes back once it has gone. */
const TABLE: [string, Task, string, string][] = [
  ["nothing done", task("queued"), "pending", "NOT_START"],
  ["its prompt is put into English", task("preparing"), "pending", "SUBMITTED"],
  ["its pictures are fetched", task("preparing", pictures), "image_downloading", "SUBMITTED"],
  ["it waits at fal", task("running"), "pending", "QUEUED"],
  ["it waits at fal with its pictures", task("running", pictures), "video_generating", "QUEUED"],
  ["it is made", task("running", begun), "video_generating", "IN_PROGRESS"],
  ["it is made", task("running", { media, ...begun }), "video_generation_completed", "IN_PROGRESS"],
  ["it is enlarged", task("upsampling", { media, ...begun }), "video_upsampling", "IN_PROGRESS"],
  ["it is kept", task("keeping", { media }), "video_generation_completed", "IN_PROGRESS"],
  [
    "it is kept, enlarged",
    task("keeping", { media, upsample: true }),
    "video_upsampling_completed",
    "IN_PROGRESS",
  ],
  [
    "the first stage's is kept",
    task("keeping", { media, upsample: true, upsampleFailed: true }),
    "video_upsampling",
    "IN_PROGRESS",
  ],
  ["it is done", task("completed", { media }), "completed", "SUCCESS"],
  [
    "only the first stage is done",
    task("completed", { media, upsampleFailed: true }),
    "video_upsampling_failed",
    "SUCCESS",
  ],
  [
    "it was ended in the second stage",
    task("cancelled", { media, upsampleFailed: true }),
    "video_upsampling_failed",
    "SUCCESS",
  ],
  ["it was ended", task("cancelled"), "failed", "FAILURE"],
  [
    "a picture cannot be read",
    task("failed", { error: error("unreachable_file"), failedIn: "preparing" }),
    "failed",
    "FAILURE",
  ],
  [
    "the model refuses it",
    task("failed", { error: error("content_policy_violation"), failedIn: "running" }),
    "video_generation_failed",
    "FAILURE",
  ],
  [
    "nobody knows what became of it",
    task("failed", { error: error("outcome_unknown", 424), failedIn: "running" }),
    "error",
    "FAILURE",
  ],
  [
    "the gateway has no credit",
    task("failed", { error: error("insufficient_quota", 402), failedIn: "running" }),
    "error",
    "FAILURE",
  ],
];

test.each(TABLE)("%s", (_, task, veo, jimeng) => {
  expect([veoStatus(task), taskStatus(task)] as string[]).toEqual([veo, jimeng]);
});

test("every word of the VEO relay is used", () => {
  expect(new Set(TABLE.map(([, , veo]) => veo))).toEqual(new Set<string>(VEO_STATUSES));
});

describe("no word comes back", () => {
  const ways: [string, object][] = [
    ["from words", {}],
    ["from pictures", pictures],
    ["enlarged", { upsample: true }],
    ["enlarged from pictures", { ...pictures, upsample: true }],
  ];
  test.each(ways)("%s", (_, more) => {
    const states = ["queued", "preparing", "running", "upsampling", "keeping"] as const;
    const path = states
      .filter((state) => state !== "upsampling" || "upsample" in more)
      .flatMap((state) => {
        const made = rankOf(state) > rankOf("running") ? { media, ...begun } : {};
        const steps = state === "running" ? [{}, begun, { media, ...begun }] : [made];
        return steps.map((step) => task(state, { ...more, ...step }));
      });
    for (const status of [veoStatus, taskStatus]) {
      const words = path.map(status).filter((word, place, all) => word !== all[place - 1]);
      expect(words).toEqual([...new Set(words)]);
    }
  });
});

test("a failure is told without its status, and only where there is no video", () => {
  const { status: _, ...told } = error("content_policy_violation");
  expect(failureOf(task("failed", { error: { ...told, status: 400 } }))).toEqual(told);
  expect(failureOf(task("cancelled"))).toMatchObject({ code: "cancelled", param: null });
  expect(failureOf(task("cancelled", { media }))).toBeUndefined();
  expect(failureOf(task("completed", { media }))).toBeUndefined();
});
