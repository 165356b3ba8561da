/** Which of fal's requests a lost submission became. */
import { expect, test } from "bun:test";
import type { Past } from "../../../src/fal/history.ts";
import { createFalKeys } from "../../../src/fal/keys.ts";
import { createReconcile } from "../../../src/generation/tasks/reconcile.ts";
import { silent } from "../../../src/log.ts";
import type { CallRecord } from "../../../src/store/tasks/task.ts";

const keys = createFalKeys(["one:x", "two:y"]);
const [one, two] = keys.all;
const SENT = 1_000_000;
const input = { prompt: "a lighthouse", seed: 1 };

const call = {
  ...{ taskId: "t", slot: "generate fal-ai/veo3/fast 0", attempt: 1, state: "submitting" },
  ...{ endpoint: "fal-ai/veo3/fast", input, submittedAt: SENT },
} as unknown as CallRecord;

const past = (requestId: string, more: Partial<Past> = {}): Past => ({
  requestId,
  sentAt: SENT + 100,
  input: { seed: 1, prompt: "a lighthouse" },
  ...more,
});

type Listed = readonly Past[] | undefined | Error;

test.each<[string, Listed[], string[], string | undefined]>([
  ["the one with the same input", [[past("a"), past("b", { input: { prompt: "x" } })]], [], "a"],
  ["not one that belongs to another task", [[past("a"), past("b")]], ["a"], "b"],
  ["the nearest in time", [[past("late", { sentAt: SENT + 9_000 }), past("b")]], [], "b"],
  ["no request whose input is not told", [[past("a", { input: undefined })]], [], undefined],
  ["none where there is none", [[]], [], undefined],
  ["none where fal tells nothing", [undefined], [], undefined],
  ["one that is listed only later", [[], [], [past("a")]], [], "a"],
  ["one behind a list that could not be read", [new Error("down"), [past("a")]], [], "a"],
])("%s", async (_, lists, taken, wanted) => {
  let looks = 0;
  const reconcile = createReconcile({
    history: {
      async of(key, endpoint, from, to) {
        expect([endpoint, from < SENT, to > SENT]).toEqual(["fal-ai/veo3/fast", true, true]);
        if (key === one) return undefined;
        const list = lists[Math.min(looks++, lists.length - 1)];
        if (list instanceof Error) throw list;
        return list;
      },
    },
    keys,
    known: async (ids) => new Set(ids.filter((id) => taken.includes(id))),
    queueUrl: "https://queue.fal.run/",
    log: silent,
    patienceMs: lists.length > 1 ? 5_000 : 0,
  });
  const job = await reconcile(call, new AbortController().signal);
  const url = `https://queue.fal.run/fal-ai/veo3/requests/${wanted}`;
  expect(job).toEqual(
    wanted === undefined
      ? undefined
      : { requestId: wanted, endpoint: "fal-ai/veo3/fast", key: two!, url },
  );
});
